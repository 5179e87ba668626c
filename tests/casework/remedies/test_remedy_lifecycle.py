"""What may be done with a remedy, by whom and in which state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.remedies.remedy_lifecycle import (
    Approval,
    MakerIsNotChecker,
    Remedy,
    TermsOver,
    WrongLevel,
    WrongRemedyState,
    age,
    approve,
    longer_route,
    propose,
    reject,
    reroute,
    revise,
    revoke,
    send_back,
    submit,
    withdraw,
)
from casework.remedies.terms import FeeTerms, Terms
from schemas.errors import NotAllowedByRules

TODAY = date(2026, 1, 13)
TERMS = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 0, None, FeeTerms("F1", 120_000, 100, 1, 2_800_000))
SHORTER = replace(TERMS, ends_on=date(2026, 4, 1))
ALL = frozenset({"branch", "region", "head_office"})
BRANCH = frozenset({"branch"})
TWO = ("region", "head_office")


@pytest.fixture
def draft() -> Remedy:
    return propose("R1", "K1", "C1", "fee_waiver", TERMS, owner="staff-2", actor="staff-1", today=TODAY)


@pytest.fixture
def waiting(draft) -> Remedy:
    return submit(draft, ("branch",), "staff-1", TODAY)


@pytest.fixture
def waiting_for_two(draft) -> Remedy:
    return submit(draft, TWO, "staff-1", TODAY)


def yes(remedy: Remedy, checker: str = "manager-b001", levels=ALL, today: date = TODAY) -> Remedy:
    return approve(remedy, remedy.route, levels, checker, today, None)


def test_a_proposal_is_a_draft_of_its_owner_and_whoever_wrote_it(draft) -> None:
    assert (draft.state, draft.revision, draft.terms_version) == ("draft", 1, 1)
    assert draft.makers == {"staff-1", "staff-2"}


def test_what_nobody_has_to_approve_runs_as_soon_as_it_is_submitted() -> None:
    plain = replace(TERMS, fee=None, starts_on=TODAY)
    visit = propose("R2", "K1", "C1", "executive_visit", plain, owner="staff-1", actor="staff-1", today=TODAY)
    begun = submit(visit, (), "staff-1", TODAY)
    assert (begun.state, begun.revision) == ("active", 2)
    with pytest.raises(WrongRemedyState):
        submit(begun, (), "staff-1", TODAY)


def test_submitting_twice_is_once(waiting) -> None:
    assert submit(waiting, ("branch",), "staff-9", TODAY) is waiting


@pytest.mark.parametrize("user", ["staff-1", "staff-2"])
@pytest.mark.parametrize(
    "act", [yes, lambda r, u: reject(r, ALL, u, "no"), lambda r, u: send_back(r, ALL, u, "no")]
)
def test_no_maker_and_no_owner_decides(waiting, user, act) -> None:
    with pytest.raises(MakerIsNotChecker):
        act(waiting, user)


def test_who_submits_is_a_maker_too(draft) -> None:
    with pytest.raises(MakerIsNotChecker):
        yes(submit(draft, ("branch",), "manager-b001", TODAY))


def test_a_proposal_stays_its_makers_after_others_changed_it(waiting) -> None:
    changed = revise(waiting, SHORTER, "staff-3", "staff-4", TODAY)
    assert changed.maker == "staff-4"
    again = submit(changed, ("branch",), "staff-4", TODAY)
    for user in ("staff-1", "staff-2", "staff-3", "staff-4"):
        with pytest.raises(MakerIsNotChecker):
            yes(again, user)


def test_a_checker_proposes_no_terms_afterwards(waiting) -> None:
    back = send_back(waiting, BRANCH, "manager-b001", "shorter")
    for act in (
        lambda: revise(back, SHORTER, "staff-1", "manager-b001", TODAY),
        lambda: revise(back, SHORTER, "manager-b001", "staff-1", TODAY),
        lambda: submit(back, ("branch",), "manager-b001", TODAY),
    ):
        with pytest.raises(MakerIsNotChecker):
            act()
    assert yes(submit(back, ("branch",), "staff-1", TODAY)).state == "approved"


def test_one_yes_is_enough_where_one_is_needed(waiting) -> None:
    approved = yes(waiting)
    assert (approved.state, approved.next_level) == ("approved", None)
    assert approved.approvals == (Approval(1, "branch", "manager-b001"),)
    with pytest.raises(WrongRemedyState):
        yes(approved, "approver-1")


def test_two_levels_are_two_people(waiting_for_two) -> None:
    half = yes(waiting_for_two, "approver-1")
    assert (half.state, half.next_level) == ("submitted", "head_office")
    with pytest.raises(MakerIsNotChecker):
        yes(half, "approver-1")
    assert yes(half, "approver-2").state == "approved"


@pytest.mark.parametrize(
    "act", [yes, lambda r, u, s: reject(r, s, u, "no"), lambda r, u, s: send_back(r, s, u, "no")]
)
def test_a_level_decides_only_what_has_come_to_it(waiting_for_two, act) -> None:
    with pytest.raises(WrongLevel, match=r"^the next approval is the region level's$"):
        act(waiting_for_two, "manager-b001", BRANCH)


def test_a_yes_after_the_route_became_longer_counts_only_from_the_higher_level(waiting) -> None:
    with pytest.raises(WrongLevel):
        approve(waiting, TWO, BRANCH, "manager-b001", TODAY, None)
    half = approve(waiting, TWO, ALL, "approver-1", TODAY, None)
    assert (half.route, half.approvals, half.state) == (TWO, (Approval(1, "region", "approver-1"),), "submitted")


def test_a_route_that_became_shorter_stays_as_it_was(waiting_for_two) -> None:
    half = approve(waiting_for_two, ("branch",), ALL, "approver-1", TODAY, None)
    assert half.route == TWO
    assert reroute(waiting_for_two, ("branch",)) is waiting_for_two


def test_only_what_waits_is_routed_anew(waiting, draft) -> None:
    assert reroute(draft, TWO) is draft
    assert (reroute(waiting, TWO).route, reroute(waiting, TWO).revision) == (TWO, 3)


def test_of_two_routes_the_one_that_leads_higher_is_longer() -> None:
    routes = [(), ("branch",), ("region",), TWO]
    assert all(longer_route(one, other) == max(one, other, key=routes.index) for one in routes for other in routes)


def test_other_terms_void_the_approvals_and_start_anew(waiting_for_two) -> None:
    half = yes(waiting_for_two, "approver-1")
    changed = revise(half, SHORTER, "staff-2", "staff-1", TODAY)
    assert (changed.state, changed.approvals, changed.route) == ("draft", (), ())
    assert (changed.terms_version, changed.terms) == (2, SHORTER)


def test_another_owner_alone_is_another_proposal(waiting) -> None:
    changed = revise(waiting, TERMS, "staff-3", "staff-1", TODAY)
    assert (changed.owner, changed.terms_version, changed.state) == ("staff-3", 2, "draft")


def test_the_same_terms_change_nothing(waiting) -> None:
    assert revise(waiting, TERMS, "staff-2", "staff-1", TODAY) is waiting


def test_sending_back_voids_the_approvals_even_if_nothing_is_changed(waiting_for_two) -> None:
    back = send_back(yes(waiting_for_two, "approver-1"), ALL, "approver-2", "why so long?")
    assert (back.state, back.approvals, back.route, back.note) == ("returned", (), (), "why so long?")
    again = submit(back, TWO, "staff-1", TODAY)
    assert (again.terms_version, again.next_level, again.note) == (2, "region", None)


def test_what_waited_until_its_end_cannot_be_approved(waiting) -> None:
    with pytest.raises(TermsOver, match=r"^remedy R1 was to end on 2026-05-01: send it back$"):
        yes(waiting, today=TERMS.ends_on)
    late = yes(waiting, today=TERMS.ends_on - timedelta(days=1))
    assert late.state == "expiring"


@pytest.mark.parametrize("end", [lambda r: reject(r, ALL, "approver-1", "no"), lambda r: withdraw(r, None), yes])
def test_what_is_decided_is_not_changed_withdrawn_or_decided_again(waiting, end) -> None:
    over = end(waiting)
    for act in (
        lambda: revise(over, SHORTER, "staff-1", "staff-1", TODAY),
        lambda: submit(over, TWO, "staff-1", TODAY),
        lambda: yes(over, "approver-3"),
        lambda: reject(over, ALL, "approver-3", "no"),
        lambda: send_back(over, ALL, "approver-3", "no"),
    ):
        with pytest.raises(WrongRemedyState):
            act()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda r: revise(r, SHORTER, "staff-1", "staff-1", TODAY), "changed"),
        (lambda r: submit(r, TWO, "staff-1", TODAY), "submitted"),
        (lambda r: yes(r, "approver-3"), "approved"),
        (lambda r: reject(r, ALL, "approver-3", "no"), "rejected"),
        (lambda r: send_back(r, ALL, "approver-3", "no"), "returned"),
        (lambda r: withdraw(r, None), "withdrawn"),
        (lambda r: revoke(r, TODAY, "no"), "revoked"),
    ],
)
def test_what_its_state_does_not_allow_is_said_with_the_state(waiting, act, said) -> None:
    over = reject(waiting, ALL, "approver-1", "no")
    with pytest.raises(WrongRemedyState, match=f"^remedy R1 is rejected: it cannot be {said}$"):
        act(over)


def test_a_rejection_keeps_who_said_no_and_why(waiting) -> None:
    over = reject(waiting, BRANCH, "manager-b001", "too much")
    assert (over.state, over.note, over.checkers) == ("rejected", "too much", {"manager-b001"})
    assert over.revision == waiting.revision + 1


def test_a_draft_cannot_be_decided_on(draft) -> None:
    with pytest.raises(WrongRemedyState):
        approve(draft, ("branch",), ALL, "approver-1", TODAY, None)


def test_withdrawing_ends_only_what_is_undecided(waiting, draft) -> None:
    gone = withdraw(draft, "not needed")
    assert (gone.state, gone.note) == ("withdrawn", "not needed")
    assert withdraw(gone, "again") is gone
    with pytest.raises(WrongRemedyState):
        withdraw(yes(waiting), None)


def test_revoking_ends_only_what_runs(waiting) -> None:
    with pytest.raises(WrongRemedyState):
        revoke(waiting, TODAY, "no")
    gone = revoke(yes(waiting), date(2026, 3, 1), "they left")
    assert (gone.state, gone.ended_on, gone.note) == ("revoked", date(2026, 3, 1), "they left")
    assert revoke(gone, date(2026, 3, 2), "again") is gone


def test_days_alone_take_it_from_approved_to_expired(waiting) -> None:
    running = yes(waiting)
    states = []
    for day in range((TERMS.ends_on - TODAY).days + 40):
        running = age(running, TODAY + timedelta(days=day))
        states.append(running.state)
    assert list(dict.fromkeys(states)) == ["approved", "active", "expiring", "expired"]
    assert (running.ended_on, running.revision) == (TERMS.ends_on, 6)
    assert [states.count(s) for s in ("approved", "active", "expiring")] == [19, 59, 30]


def test_ageing_in_one_step_ends_like_ageing_day_by_day(waiting) -> None:
    at_once = age(yes(waiting), date(2027, 1, 1))
    assert (at_once.state, at_once.ended_on) == ("expired", TERMS.ends_on)
    assert age(at_once, date(2028, 1, 1)) is at_once


def test_a_remedy_without_an_end_never_expires() -> None:
    open_end = replace(TERMS, fee=None, ends_on=None)
    raised = propose("R2", "K1", "C1", "service_level_raise", open_end, owner="a", actor="a", today=TODAY)
    assert age(submit(raised, (), "a", TODAY), date(2035, 1, 1)).state == "active"


@pytest.mark.parametrize("today", [TODAY, date(2026, 3, 31)])
def test_what_has_neither_ended_nor_is_about_to_is_not_renewed(waiting, today) -> None:
    with pytest.raises(
        NotAllowedByRules, match=r"R1 is (approved|active): neither ended nor about to end"
    ) as refused:
        _renewal(yes(waiting), today)
    assert refused.value.field == "renews"


@pytest.mark.parametrize("today", [date(2026, 4, 1), date(2026, 6, 1)])
def test_what_is_about_to_end_or_has_ended_is_renewed(waiting, today) -> None:
    assert _renewal(yes(waiting), today).renews == "R1"


def test_what_was_revoked_may_be_renewed_and_what_was_rejected_not(waiting) -> None:
    assert _renewal(revoke(yes(waiting), TODAY, "a slip"), TODAY).renews == "R1"
    with pytest.raises(NotAllowedByRules):
        _renewal(reject(waiting, ALL, "approver-1", "no"), TODAY)


def test_another_clients_remedy_is_not_renewed(waiting) -> None:
    ended = revoke(yes(waiting), TODAY, "a slip")
    with pytest.raises(NotAllowedByRules, match="R1 is no remedy of client C1") as refused:
        _renewal(replace(ended, client_id="C2"), TODAY)
    assert refused.value.field == "renews"


def _renewal(renewed: Remedy, today: date) -> Remedy:
    terms = replace(TERMS, starts_on=today, ends_on=today + timedelta(days=90))
    return propose("R9", "K2", "C1", "fee_waiver", terms, owner="a", actor="a", today=today, renews=renewed)
