"""The figures: a table a question, what was never measured said so, and each one's own branch alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acts.bank import BankRules
from tests.api.web.case_desk import CaseDesk
from tests.api.web.reading import Page

FIGURES = "/desk/figures"


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


def test_what_was_never_measured_is_said_so_and_is_no_zero(case) -> None:
    page = Page(case.auditor.get(FIGURES).text)
    assert "Weeks 20–26 Jan 2025 to 12–18 Jan 2026, both counted" in page.text
    assert "Save rate All 1 0 0 0 0 0 0 0 not measured" in page.text
    assert "not measured: nobody has judged an alert" in page.text
    assert "Save rate: saved and partly saved cases out of those" in page.text
    assert page.has_inline() == []


def test_a_closed_case_is_counted(case) -> None:
    case.done(case.manager, "close", truth="true_diversion", retention="saved", cause="x")
    page = Page(case.auditor.get(FIGURES).text)
    assert "B1 1 1 1 1 0 0 0 0 100%" in page.text
    assert "policy-1 1 1 100%" in page.text


def test_a_manager_sees_the_own_branch_alone_and_staff_nothing(case) -> None:
    page = Page(case.manager.get(FIGURES).text)
    assert ("B2" in page.text, "All 1" in page.text, "B1 1 0" in page.text) == (False, False, True)
    for person in (case.staff, case.desk.a("operations")):
        assert person.get(FIGURES).status_code == 403


def test_the_period_is_chosen_by_its_first_and_last_week(case) -> None:
    page = Page(case.auditor.get(f"{FIGURES}?first=2026-W02&last=2026-W02").text)
    assert "Weeks 5–11 Jan 2026 to 5–11 Jan 2026" in page.text
    assert (page.value("first"), page.value("last")) == ("2026-W02", "2026-W02")
    assert "B2" not in Page(case.auditor.get(f"{FIGURES}?branch=B1").text).text


@pytest.mark.parametrize("query", ["first=2026-W99", "last=soon", "first=2026-W03&last=2026-W01", "branch=%00"])
def test_a_period_that_is_none_is_told_and_shows_the_last_year(case, query) -> None:
    answer = case.auditor.get(f"{FIGURES}?{query}")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.all("p", class_="problem after") or page.all("span", class_="error")
    assert "Weeks 20–26 Jan 2025" in page.text


def test_the_hold_out_is_shown_where_there_is_one(case) -> None:
    assert "Was it us?" not in case.auditor.get(FIGURES).text
    deps = case.desk.app.state.deps
    case.desk.app.state.deps = replace(deps, rules=BankRules(holdout_share=0.1, holdout_below_minor=1))
    assert "A share of low-value prompts (10%)" in Page(case.auditor.get(FIGURES).text).text
    case.auditor.cookies.set("language", "zh-Hans")
    assert "抽签选取一部分低金额提示（10%）" in Page(case.auditor.get(FIGURES).text).text


def test_the_figures_are_taken_away_as_files_of_the_period_and_branch_that_is_shown(case) -> None:
    page = Page(case.auditor.get(f"{FIGURES}?first=2026-W01&branch=B1").text)
    paths = [link["href"] for link in page.all("a") if str(link["href"]).startswith(f"{FIGURES}.")]
    assert paths == [f"{FIGURES}.csv?first=2026-W01&branch=B1", f"{FIGURES}.xlsx?first=2026-W01&branch=B1"]
    csv, excel = (case.auditor.get(path) for path in paths)
    assert ("B1" in csv.text, "B2" in csv.text) == (True, False)
    assert csv.headers["content-disposition"] == 'attachment; filename="figures.csv"'
    assert excel.content.startswith(b"PK")
    assert "B2" not in case.manager.get(f"{FIGURES}.csv").text
    assert case.staff.get(f"{FIGURES}.csv").status_code == 403


def test_a_file_of_a_period_that_is_none_leads_to_the_page_that_says_why(case) -> None:
    answer = case.auditor.get(f"{FIGURES}.csv?first=soon")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{FIGURES}?first=soon")
