"""The page of a case whose client moved to another branch: for who is left behind, and for who takes it over."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from acts.callers import TIME_ALONE
from acts.cases_by_time import follow_client
from store.tables.clients import client
from tests.api.conftest import CASE
from tests.api.web.case_desk import ONE, CaseDesk
from tests.api.web.conftest import csrf_of
from tests.api.web.filling import actions_of
from tests.api.web.reading import Page

MOVED = "The client moved to branch B2, whose people act on this case now."


@pytest.fixture
def case(desk) -> CaseDesk:
    """C1 has moved from B1 to B2, with a remedy that waits for approval."""
    made = CaseDesk(desk)
    made.submit()
    with desk.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(branch_id="B2"))
    desk.app.state.deps.performer.perform(TIME_ALONE, lambda context: follow_client(context, CASE))
    return made


def test_who_is_left_behind_reads_it_without_any_form_and_is_told_why(case) -> None:
    for reader in (case.manager, case.staff):
        html = reader.get(ONE).text
        page = Page(html)
        assert MOVED in page.text
        assert actions_of(html) == set()
        assert page.all("a", href="/desk/clients/C1") == []
        assert page.all("details") == []
        assert "Lower fee" in page.text
        assert page.all("section", id="alerts") == []
        assert "Client moved to another branch – B1 → B2" in page.text


def test_it_stays_in_their_list_with_the_branch_it_went_to(case) -> None:
    for reader in (case.manager, case.staff):
        assert "C1 · tier B · B2" in Page(reader.get("/desk/cases").text).text
    assert "C1 Trading" not in case.desk.a("branch_manager", "B1", "manager-b009").get("/desk/cases").text
    assert "C1 · tier B · B2" not in Page(case.other.get("/desk/cases").text).text


def test_in_chinese_too(case) -> None:
    text = Page(case.staff.get(ONE, headers={"Accept-Language": "zh-Hans"}).text).text
    assert "该客户已转至支行B2" in text
    assert "客户转至其他支行" in text


def test_a_form_that_was_open_meanwhile_is_refused_with_the_reason(case) -> None:
    sent = {"csrf": csrf_of(case.staff), "revision": "1", "to": "in_review"}
    answer = case.staff.post(f"{ONE}/transitions", data=sent)
    assert answer.status_code == 403
    assert "The client is of branch B2 now: its people act on the case." in Page(answer.text).text
    assert "#came-back" not in answer.text


def test_the_new_manager_has_every_form_and_takes_it_over(case) -> None:
    html = case.other.get(ONE).text
    assert {f"{ONE}/{name}" for name in ("transitions", "close", "members", "lead")} <= actions_of(html)
    assert MOVED not in Page(html).text
    page = case.done(case.other, "lead", lead="manager-b002")
    assert "The case was handed over." in Page(page).text
    assert "Belonged to it before" not in Page(page).text  # all of it on one day: they never were
    assert case.staff.get(ONE).status_code == case.manager.get(ONE).status_code == 404
    assert "C1 Trading" in case.other.get("/desk/approvals").text


def test_who_sees_every_branch_is_told_nothing_of_reading_on(case) -> None:
    for reader in (case.auditor, case.approver):
        page = Page(reader.get(ONE).text)
        assert MOVED not in page.text
        assert page.one("a", href="/desk/clients/C1")
