"""The checker's inbox: what stands there, who may decide, and what is said where one may not."""

from __future__ import annotations

import re

import pytest

from store.remedies import remedy_rows
from tests.api.conftest import CASE
from tests.api.web.case_desk import ONE, REDUCTION, WAIVER, CaseDesk
from tests.api.web.filling import actions_of, form_to, send
from tests.api.web.reading import Page

INBOX = "/desk/approvals"


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


def states(case: CaseDesk) -> list[str]:
    with case.desk.store.read() as tx:
        return [remedy.state for remedy in remedy_rows.load_of_case(tx, CASE)]


def shown(html: str) -> list[str]:
    return re.findall(r'<article class="card approval" id="remedy-([^"]+)"', html)


def test_an_empty_inbox_says_so(case) -> None:
    case.propose()
    page = Page(case.approver.get(INBOX).text)
    assert "Nothing waits for a yes" in page.text
    assert page.has_inline() == []


def test_what_waits_stands_there_with_all_that_one_needs_to_decide(case) -> None:
    case.submit(WAIVER, reason="match the other bank")
    page = Page(case.approver.get(INBOX).text)
    for said in (
        "Fee waiver · C1 Trading",
        "C1 · B1 · proposed by staff-17 · submitted 13 Jan 2026 10:00",
        "Given up and spent, in all HK$3,511",
        "ACCT-MAINT HK$1,200 a month, 100% off",
        "Volume promised HK$400,000 a week",
        "match the other bank",
        "Region · asked now",
        "Do nothing 0 0",
        "Half, for three months 1,815 138,082",
        "Better service instead nobody has said –",
        "As proposed 3,511 276,164",
        "Doing nothing puts HK$120K of turnover a year at risk.",
    ):
        assert said in page.text
    assert page.one("a", href=ONE)


def test_a_yes_at_the_last_level_approves_it(case) -> None:
    remedy = case.submit()
    answer = send(case.manager, INBOX, f"{remedy}/approve", note="good")
    assert (answer.status_code, answer.headers["location"]) == (303, INBOX)
    assert "Approved." in case.manager.get(INBOX).text
    assert states(case) == ["approved"]


def test_the_next_level_is_asked_after_the_first_one_and_is_somebody_else(case) -> None:
    remedy = case.submit(WAIVER, list_price="100000", volume_commitment="1000000")
    assert send(case.approver, INBOX, f"{remedy}/approve").status_code == 303
    page = Page(case.approver.get(INBOX).text)
    assert "Your yes is kept. The next level is asked now." in page.text
    assert "Region · yes by approver-1 Head office · asked now" in page.text
    assert "You have said yes already: the next level is somebody else." in page.text
    assert actions_of(page.html) == set()
    second = case.desk.a("approver", None, "approver-2")
    assert send(second, INBOX, f"{remedy}/approve").status_code == 303
    assert states(case) == ["approved"]


def test_a_maker_reads_why_they_may_not_decide(case) -> None:
    remedy = case.submit(person=case.manager)
    html = case.manager.get(INBOX).text
    assert "You had a part in proposing it: somebody else has to decide." in html
    assert actions_of(html) == set()
    forced = form_to(case.approver.get(INBOX).text, f"{remedy}/approve").filled(
        csrf=case.manager.headers["X-Test-Token"], key="forced"
    )
    answer = case.manager.post(f"{remedy}/approve", data=forced)
    assert (answer.status_code, "Who proposed or changed a remedy cannot approve it." in answer.text) == (403, True)
    assert states(case) == ["submitted"]


def test_a_manager_reads_that_it_waits_for_another_level(case) -> None:
    case.submit(WAIVER)
    html = case.manager.get(INBOX).text
    assert "It waits for this level, which is not yours: Region." in Page(html).text
    assert actions_of(html) == set()


@pytest.mark.parametrize(("act", "state"), [("return", "returned"), ("reject", "rejected")])
def test_a_no_needs_its_reason(case, act, state) -> None:
    remedy = case.submit()
    answer = send(case.approver, INBOX, f"{remedy}/approve", via=f"{remedy}/{act}", note=" ")
    page = Page(answer.text)
    assert (answer.status_code, "To return or reject it, say why." in page.text) == (422, True)
    assert page.one("textarea", id="note-1")["aria-invalid"] == "true"
    assert states(case) == ["submitted"]
    answer = send(case.approver, INBOX, f"{remedy}/approve", via=f"{remedy}/{act}", note="too much")
    assert (answer.status_code, states(case)) == (303, [state])
    assert "too much" in case.staff.get(ONE).text


def test_terms_changed_meanwhile_are_told_and_not_approved(case) -> None:
    remedy = case.submit()
    old = form_to(case.approver.get(INBOX).text, f"{remedy}/approve")
    page = f"{ONE}?change={remedy.rpartition('/')[2]}"
    assert send(case.staff, page, f"{remedy}/revise", concession_pct="24").status_code == 303
    assert send(case.staff, ONE, f"{remedy}/submit").status_code == 303
    answer = case.approver.post(f"{remedy}/approve", data=old.filled(note="good"))
    assert (answer.status_code, "Somebody else changed this meanwhile." in answer.text) == (412, True)
    assert "24% off" in answer.text
    assert form_to(answer.text, f"{remedy}/approve").value("note") == "good"
    assert states(case) == ["submitted"]


def test_what_was_decided_meanwhile_is_told(case) -> None:
    remedy = case.submit()
    form = form_to(case.approver.get(INBOX).text, f"{remedy}/approve")
    assert send(case.manager, INBOX, f"{remedy}/approve").status_code == 303
    answer = case.approver.post(f"{remedy}/approve", data=form.filled())
    assert answer.status_code == 412
    answer = case.approver.post(f"{remedy}/approve", data=form.filled(revision=None, key="other"))
    assert (answer.status_code, "The remedy is not in a state that allows this." in answer.text) == (409, True)


def test_what_waited_past_its_term_can_only_be_returned(case) -> None:
    remedy = case.submit(starts_on="2026-01-13", ends_on="2026-01-20")
    case.later(days=10)
    form = form_to(case.approver.get(INBOX).text, f"{remedy}/approve")
    assert [button.get("formaction") for button in form.buttons] == [f"{remedy}/return", f"{remedy}/reject"]
    answer = case.approver.post(f"{remedy}/approve", data=form.filled())
    assert (answer.status_code, "It waited for so long" in answer.text) == (409, True)


def test_a_limit_that_is_reached_is_told(case) -> None:
    terms = {"list_price": "9000000", "volume_commitment": "1"}
    remedy = case.propose(WAIVER, **terms)
    answer = send(case.staff, ONE, f"{remedy}/submit")
    assert (answer.status_code, "This would exceed a limit." in answer.text) == (409, True)


def test_the_oldest_stands_first_and_the_rest_on_the_next_page(case) -> None:
    sent = [case.submit({"type": "marketing", "cost": "5"}).rpartition("/")[2] for _ in range(12)]
    first = case.approver.get(INBOX).text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    rest = case.approver.get(following.replace("&amp;", "&")).text
    assert (len(shown(first)), len(shown(rest)), set(shown(first) + shown(rest))) == (10, 2, set(sent))
    assert "Spent, in all" in first
    assert "What if we" not in first


def test_the_inbox_is_narrowed_by_level_and_branch_and_one_comes_back_to_it(case) -> None:
    remedy = case.submit()
    for query, count in (("level=branch", 1), ("level=region", 0), ("branch=B1", 1), ("branch=B2", 0)):
        assert len(shown(case.approver.get(f"{INBOX}?{query}").text)) == count
    assert "Nothing like that waits" in case.approver.get(f"{INBOX}?branch=B2").text
    answer = send(case.approver, f"{INBOX}?branch=B1", f"{remedy}/approve", via=f"{remedy}/return", note="x")
    assert answer.headers["location"] == f"{INBOX}?branch=B1"
    for query in ("level=none", f"branch={'x' * 300}"):
        assert case.approver.get(f"{INBOX}?{query}").status_code == 422
    assert case.approver.get(f"{INBOX}?cursor=nonsense").status_code == 200


def test_a_branch_has_its_own_inbox_and_staff_and_auditors_have_none(case) -> None:
    remedy = case.submit()
    assert shown(case.other.get(INBOX).text) == []
    assert (
        case.other.post(f"{remedy}/approve", data={"csrf": case.other.headers["X-Test-Token"]}).status_code == 404
    )
    for person in (case.staff, case.auditor, case.desk.a("operations")):
        assert person.get(INBOX).status_code == 403
    assert (
        case.staff.post(f"{remedy}/approve", data={"csrf": case.staff.headers["X-Test-Token"]}).status_code == 403
    )


def test_a_renewal_shows_what_the_last_one_brought(case) -> None:
    old = case.submit(starts_on="2026-01-13", ends_on="2026-02-10")
    assert send(case.approver, INBOX, f"{old}/approve").status_code == 303
    case.submit(REDUCTION, renews=old.rpartition("/")[2])
    assert "What the last one brought (Lower fee, Expiring)" in Page(case.approver.get(INBOX).text).text


def test_a_chinese_reader_reads_chinese(case) -> None:
    case.submit(WAIVER)
    case.approver.cookies.set("language", "zh-Hans")
    page = Page(case.approver.get(INBOX).text)
    for said in ("费用豁免", "制单：staff-17", "保本点", "不采取措施", "按所提方案", "同意", "退回", "否决"):
        assert said in page.text
