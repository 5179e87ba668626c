"""The way of a case, and what is refused on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from casework.cases.case_lifecycle import (
    NEXT,
    Case,
    CaseClosed,
    CaseRules,
    Member,
    NoQuorum,
    NoSuchTransition,
    NothingToExecute,
    StillUndecided,
    add_alerts,
    close,
    move,
    next_states,
    open_case,
    relapses,
    reopen,
    resume,
    suspend,
)
from casework.cases.task_force import leave
from schemas.errors import NotAllowedByRules

AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
TODAY = date(2026, 1, 13)
W = 2924
RULES = CaseRules(quorum=2, relapse_weeks=26)


def a_case(*members: tuple[str, str]) -> Case:
    staff = members or (("staff-17", "analyst"),)
    return open_case(
        "c-1", "C1", alert_ids=["b", "a", "b"], alarm=False, lead="manager-b001", members=staff, at=AT,
        today=TODAY, week=W,
    )  # fmt: skip


def go(case: Case, *way: str, has_remedy: bool = True) -> Case:
    for to in way:
        case = move(case, to, today=TODAY, rules=RULES, has_remedy=has_remedy)
    return case


def closed(case: Case, **said) -> Case:
    told = {"truth": "true_diversion", "retention": "saved", "cause": "a second bank", "undecided": ()} | said
    return close(case, **told, at=AT, week=W)


def test_a_case_forms_around_its_lead_and_each_person_counts_once() -> None:
    case = a_case(("staff-17", "member"), ("manager-b001", "member"), ("staff-17", "analyst"))
    assert (case.revision, case.state, case.alert_ids) == (1, "forming", ("a", "b"))
    assert case.members == (Member("manager-b001", "lead", TODAY), Member("staff-17", "analyst", TODAY))


def test_the_whole_way_is_a_revision_a_step() -> None:
    case = go(a_case(), "in_review", "plan", "in_review", "plan", "executing", "monitoring", "executing")
    assert (case.state, case.revision) == ("executing", 8)
    assert go(case, "executing") is case


@pytest.mark.parametrize(
    ("now", "to"), [(now, to) for now in NEXT for to in NEXT if now not in ("closed", "suspended", to)]
)
def test_only_the_steps_of_the_way_are_taken(now, to) -> None:
    case = replace(a_case(), state=now)
    if to in NEXT[now] - {"suspended"}:
        assert go(case, to).state == to
    else:
        with pytest.raises(NoSuchTransition):
            go(case, to)


@pytest.mark.parametrize(
    ("now", "to"),
    [("forming", "in_review"), ("reopened", "plan"), ("reopened", "in_review"), ("plan", "executing")],
)
def test_no_step_is_taken_without_a_quorum_of_that_day(now, to) -> None:
    alone = leave(replace(a_case(), state=now), "staff-17", TODAY)
    with pytest.raises(NoQuorum, match="has 1 members; it needs 2"):
        go(alone, to)


def test_a_plan_without_a_remedy_is_not_executed() -> None:
    planned = go(a_case(), "in_review", "plan")
    with pytest.raises(NothingToExecute):
        go(planned, "executing", has_remedy=False)
    assert go(go(planned, "executing"), "monitoring", has_remedy=False).state == "monitoring"


def test_a_suspended_case_comes_back_to_where_it_was() -> None:
    case = suspend(go(a_case(), "in_review"), date(2026, 2, 2), TODAY)
    assert (case.state, case.resumes_to, case.diary_date) == ("suspended", "in_review", date(2026, 2, 2))
    assert suspend(case, date(2026, 2, 2), TODAY) is case
    later = suspend(case, date(2026, 3, 2), TODAY)
    assert (later.resumes_to, later.diary_date, later.revision) == ("in_review", date(2026, 3, 2), 4)
    with pytest.raises(NoSuchTransition):
        go(later, "plan")
    back = go(later, "in_review")
    assert (back.state, back.resumes_to, back.diary_date, back) == ("in_review", None, None, resume(later))
    assert resume(back) is back


@pytest.mark.parametrize("day", [TODAY, date(2026, 1, 12)])
def test_a_diary_date_lies_ahead(day) -> None:
    with pytest.raises(NotAllowedByRules):
        suspend(a_case(), day, TODAY)


def test_a_case_is_closed_from_anywhere_with_what_it_turned_out_to_be() -> None:
    for state in [state for state in NEXT if state != "closed"]:
        case = closed(replace(a_case(), state=state))
        assert (case.state, case.truth, case.retention, case.cause) == (
            "closed", "true_diversion", "saved", "a second bank"
        )  # fmt: skip
        assert (case.closed_at, case.closed_week) == (AT, W)
        assert closed(case) is case
        with pytest.raises(CaseClosed):
            closed(case, truth="false_alarm")


def test_a_case_does_not_close_over_what_is_undecided() -> None:
    with pytest.raises(StillUndecided, match="remedies r-1, r-2"):
        closed(a_case(), undecided=["r-2", "r-1"])


def test_a_closed_case_takes_no_act_but_a_reopening() -> None:
    case = closed(a_case())
    for act in (
        lambda: go(case, "in_review"),
        lambda: suspend(case, date(2026, 2, 2), TODAY),
        lambda: add_alerts(case, ["z"], alarm=True),
    ):
        with pytest.raises(CaseClosed):
            act()
    again = reopen(case, ["z"], alarm=True)
    assert (again.state, again.times_reopened, again.alert_ids, again.alarm) == (
        "reopened",
        1,
        ("a", "b", "z"),
        True,
    )
    assert (again.truth, again.retention, again.cause, again.closed_at, again.closed_week) == (None,) * 5
    with pytest.raises(NoSuchTransition):
        reopen(again)


def test_alerts_that_are_added_bring_their_grade() -> None:
    case = a_case()
    assert add_alerts(case, ["a"], alarm=False) is case
    assert add_alerts(case, ["c"], alarm=False).alert_ids == ("a", "b", "c")
    assert add_alerts(case, ["a"], alarm=True).alarm is True


@pytest.mark.parametrize(("week", "told"), [(W - 1, False), (W, True), (W + 26, True), (W + 27, False)])
def test_an_alert_within_half_a_year_of_the_end_is_a_relapse(week, told) -> None:
    assert relapses(closed(a_case()), week, RULES) is told
    assert relapses(a_case(), week, RULES) is False


def test_the_ways_on_are_told_in_their_order() -> None:
    case = go(a_case(), "in_review", "plan")
    assert next_states(case) == ["in_review", "executing", "suspended", "closed"]
    assert next_states(suspend(case, date(2026, 2, 2), TODAY)) == ["plan", "closed"]
    assert next_states(closed(case)) == ["reopened"]
