"""Remedies on their case's page: proposing with a what-if beside it, changing, submitting, ending, renewing."""

from __future__ import annotations

import re
from datetime import date

import pytest

from store.remedies import remedy_rows
from tests.api.conftest import CASE
from tests.api.web.case_desk import ONE, REDUCTION, WAIVER, CaseDesk
from tests.api.web.filling import actions_of, form_to, forms_of, send
from tests.api.web.reading import Page

WHAT_IF = "list_price=1200&concession_pct=100&starts_on=2026-02-01&ends_on=2026-05-01"


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


def kept(case: CaseDesk):
    with case.desk.store.read() as tx:
        return remedy_rows.load_of_case(tx, CASE)


def approve(case: CaseDesk, remedy: str) -> None:
    assert send(case.approver, "/desk/approvals", f"{remedy}/approve").status_code == 303


def test_a_waiver_is_proposed_with_amounts_as_people_type_them(case) -> None:
    page = Page(case.done(case.staff, "remedies", **WAIVER))
    (remedy,) = kept(case)
    assert (remedy.type, remedy.state, remedy.owner) == ("fee_waiver", "draft", "staff-17")
    assert (remedy.terms.fee.list_price_minor, remedy.terms.fee.volume_commitment_minor) == (1_200_00, 400_000_00)
    assert "Kept as a draft." in page.text
    assert "from 1 Feb 2026 up to 1 May 2026" in page.text
    assert "ACCT-MAINT HK$1,200 a month, 100% off" in page.text


def test_every_field_of_a_fee_is_there_without_scripts_and_another_remedy_leaves_them_empty(case) -> None:
    form = form_to(case.staff.get(ONE).text, f"{ONE}/remedies")
    assert {"fee_code", "list_price", "concession_pct", "volume_commitment"} <= form.filled().keys()
    case.done(case.staff, "remedies", type="executive_visit", cost="2500", reason="See the owner")
    (remedy,) = kept(case)
    assert (remedy.type, remedy.terms.fee, remedy.terms.cost_minor) == ("executive_visit", None, 2_500_00)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"list_price": "much"}, "Write an amount such as 1200.00"),
        ({"ends_on": None}, "A lower fee or a waiver must end."),
        ({"ends_on": "2026-01-01"}, "Choose a day after today and after the start"),
        ({"concession_pct": "50"}, "A waiver is 100 percent of the fee"),
        ({"fee_code": None}, "needs the code of the fee"),
        ({"type": "marketing"}, "other remedies have none"),
        ({"type": "no_action", "fee_code": None, "list_price": None, "concession_pct": None,
          "volume_commitment": None}, "Say why nothing is done."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_terms_is_told_at_the_field_with_all_that_was_typed(case, wrong, told) -> None:
    answer = case.act(case.staff, "remedies", **WAIVER | {"expected_effect": "77"} | wrong)
    assert (answer.status_code, told in answer.text) == (422, True)
    form = form_to(answer.text, f"{ONE}/remedies")
    assert (form.value("expected_effect"), form.value("type")) == ("77", wrong.get("type", "fee_waiver"))
    assert Page(answer.text).one("details", id="remedy-form")
    assert kept(case) == []


def test_what_if_is_a_form_without_scripts_and_its_figures_stand_in_the_proposal(case) -> None:
    (asking,) = [form for form in forms_of(case.staff.get(ONE).text) if form.action.startswith(f"{ONE}#")]
    assert asking.method == "get"
    html = case.staff.get(f"{ONE}?{WHAT_IF}").text
    page = Page(html)
    assert "Do nothing 0 0" in page.text
    assert "Half, for three months 1,815 138,082" in page.text
    assert "Better service instead nobody has said –" in page.text
    assert "As proposed 3,511 276,164" in page.text
    assert "Doing nothing puts HK$120K of turnover a year at risk." in page.text
    form = form_to(html, f"{ONE}/remedies")
    assert (form.value("type"), form.value("list_price"), form.value("ends_on")) == (
        "fee_waiver",
        "1200",
        "2026-05-01",
    )


def test_the_answers_alone_are_what_a_script_asks_for(case) -> None:
    got = case.staff.get(f"{ONE}/what-if?{WHAT_IF}&service_cost=1,000")
    assert (got.status_code, "<html" in got.text) == (200, False)
    assert "Better service instead 1,000 78,652" in Page(got.text).text
    assert "A figure is missing" in case.staff.get(f"{ONE}/what-if?list_price=12&ends_on=").text
    assert "Enter the fee" in case.staff.get(f"{ONE}/what-if").text
    assert case.other.get(f"{ONE}/what-if?{WHAT_IF}").status_code == 404


def test_a_what_if_that_does_not_fit_is_told_at_its_field(case) -> None:
    page = Page(case.staff.get(f"{ONE}?list_price=abc&ends_on=2026-05-01").text)
    assert page.one("input", id="w-price")["aria-invalid"] == "true"
    assert page.one("input", id="w-price")["value"] == "abc"


def test_a_draft_is_changed_submitted_and_taken_back(case) -> None:
    remedy = case.propose()
    page = f"{ONE}?change={remedy.rpartition('/')[2]}"
    assert form_to(case.staff.get(page).text, f"{remedy}/revise").value("list_price") == "1200.00"
    answer = send(case.staff, page, f"{remedy}/revise", concession_pct="25", reason="a little more")
    assert answer.headers["location"] == f"{ONE}#remedies"
    assert (kept(case)[0].terms.fee.concession_pct, kept(case)[0].terms.reason) == (25, "a little more")
    assert send(case.staff, ONE, f"{remedy}/submit").status_code == 303
    html = case.staff.get(ONE).text
    assert "Submitted: it waits for approval." in html
    assert "Branch · asked now" in Page(html).text
    assert f"{remedy}/submit" not in html
    assert send(case.staff, ONE, f"{remedy}/withdraw", note="not now").status_code == 303
    assert actions_of(case.staff.get(ONE).text) & {f"{remedy}/withdraw", f"{remedy}/revise"} == set()


def test_a_change_that_does_not_fit_comes_back_to_the_form_of_that_remedy(case) -> None:
    remedy = case.propose()
    page = f"{ONE}?change={remedy.rpartition('/')[2]}"
    answer = send(case.staff, page, f"{remedy}/revise", concession_pct="0", reason="none")
    form = form_to(answer.text, f"{remedy}/revise")
    assert (answer.status_code, form.value("reason"), form.value("concession_pct")) == (422, "none", "0")
    assert "At least 1." in answer.text


def test_what_costs_nothing_needs_nobody(case) -> None:
    remedy = case.propose({"type": "service_level_raise", "reason": "a named person"})
    assert send(case.staff, ONE, f"{remedy}/submit").status_code == 303
    assert "Nobody has to approve it" in case.staff.get(ONE).text
    assert kept(case)[0].state == "active"


def test_a_running_remedy_is_revoked_with_a_reason_by_who_may(case) -> None:
    remedy = case.submit(starts_on="2026-01-13")
    approve(case, remedy)
    assert f"{remedy}/revoke" not in case.staff.get(ONE).text
    answer = send(case.manager, ONE, f"{remedy}/revoke")
    assert (answer.status_code, "Please fill this in." in answer.text) == (422, True)
    assert send(case.manager, ONE, f"{remedy}/revoke", note="they left").status_code == 303
    page = Page(case.manager.get(ONE).text)
    assert "Revoked proposed by staff-17 · ended on 13 Jan 2026" in page.text
    assert "Said of it: they left" in page.text


def test_the_effect_is_the_services_and_says_how_many_weeks_are_seen(case) -> None:
    approve(case, case.submit(starts_on="2026-01-13"))
    first = kept(case)[0].terms.starts_on
    start = (first - date(1969, 12, 29)).days // 7 + 1
    with case.desk.store.write() as tx:
        tx.exec_driver_sql("UPDATE client SET shard = 0, first_week = ?", (start - 60,))
    case.bank.volumes("C1", {week: (100_00 + 50_00 * (week >= start), 0) for week in range(start - 60, start + 6)})
    case.bank.weeks(dict.fromkeys(range(start - 60, start + 6), "closed"))
    case.bank.shard(start + 6)
    page = Page(case.staff.get(ONE).text)
    assert "After 4 weeks +50% HK$100 → HK$150 a week" in page.text
    assert "After 13 weeks 6 of 13 weeks seen" in page.text
    assert "After 26 weeks 6 of 26 weeks seen" in page.text


def test_a_remedy_that_ends_is_renewed_as_long_again_and_shows_what_it_brought(case) -> None:
    old = case.submit(starts_on="2026-01-13", ends_on="2026-02-10")
    approve(case, old)
    html = case.staff.get(ONE).text
    (link,) = re.findall(r'href="(/desk/cases/[^"]+\?renew=[^"#]+)', html)
    form = form_to(case.staff.get(link).text, f"{ONE}/remedies")
    assert (form.value("starts_on"), form.value("ends_on")) == ("2026-02-10", "2026-03-10")
    assert (form.value("fee_code"), form.value("renews")) == ("ACCT-MAINT", old.rpartition("/")[2])
    assert case.staff.post(f"{ONE}/remedies", data=form.filled()).status_code == 303
    assert "What the last one brought (Lower fee, Expiring)" in Page(case.staff.get(ONE).text).text


def test_a_checker_cannot_change_what_they_checked_and_is_told_so(case) -> None:
    remedy = case.submit()
    assert (
        send(case.manager, "/desk/approvals", f"{remedy}/approve", via=f"{remedy}/return", note="less").status_code
        == 303
    )
    answer = send(case.manager, ONE, f"{remedy}/submit")
    assert (answer.status_code, "Who proposed or changed a remedy cannot approve it." in answer.text) == (403, True)


def test_an_address_that_names_no_remedy_is_a_page_as_ever(case) -> None:
    for query in ("change=%00", "change=none", "renew=%00", "change=00000000-0000-4000-8000-000000000009"):
        assert form_to(case.staff.get(f"{ONE}?{query}").text, f"{ONE}/remedies")


def test_proposals_are_offered_to_who_may_make_them(case) -> None:
    assert f"{ONE}/remedies" not in actions_of(case.approver.get(ONE).text)
    assert case.approver.get(f"{ONE}?{WHAT_IF}").status_code == 200
    answer = case.other.post(f"{ONE}/remedies", data=REDUCTION | {"csrf": case.other.headers["X-Test-Token"]})
    assert answer.status_code == 404
