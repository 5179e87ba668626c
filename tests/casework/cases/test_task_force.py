"""Who belongs to a task force and since when, its tasks, and its minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casework.cases.case_lifecycle import (
    Case,
    CaseClosed,
    CaseRules,
    Member,
    Review,
    Task,
    close,
    follow_client,
    open_case,
)
from casework.cases.task_force import (
    TaskNotOpen,
    add_review,
    add_task,
    cancel_task,
    finish_task,
    hand_over,
    join,
    leave,
)
from schemas.errors import NotAllowedByRules, NotFound

AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
DAY = date(2026, 1, 13)
NEXT_DAY = DAY + timedelta(days=1)
LEAD = Member("manager-b001", "lead", DAY)
RULES = CaseRules(quorum=2)


@pytest.fixture
def case() -> Case:
    return open_case(
        "c-1", "C1", alert_ids=["a"], alarm=True, lead="manager-b001", members=[("staff-17", "analyst")], at=AT,
        today=DAY, week=2924,
    )  # fmt: skip


def a_review(*attendees: str, held_on: date = DAY) -> Review:
    return Review("r-1", held_on, attendees, "what was said", "visit them", "staff-17")


def test_who_leaves_has_belonged_until_the_day_before(case) -> None:
    left = leave(case, "staff-17", NEXT_DAY)
    assert left.members == (LEAD, Member("staff-17", "analyst", DAY, NEXT_DAY))
    assert [m.user for m in left.present(DAY)] == ["manager-b001", "staff-17"]
    assert [m.user for m in left.present(NEXT_DAY)] == ["manager-b001"]
    assert leave(left, "staff-17", NEXT_DAY) is left


def test_who_comes_back_has_two_memberships(case) -> None:
    back = join(leave(case, "staff-17", NEXT_DAY), "staff-17", "analyst", DAY + timedelta(days=9))
    assert [(m.user, m.joined_on, m.left_on) for m in back.members[1:]] == [
        ("staff-17", DAY, NEXT_DAY),
        ("staff-17", DAY + timedelta(days=9), None),
    ]


def test_another_role_begins_where_the_first_one_ends(case) -> None:
    assert join(case, "staff-17", "analyst", NEXT_DAY) is case
    assert join(case, "manager-b001", "member", NEXT_DAY) is case
    moved = join(case, "staff-17", "marketing", NEXT_DAY)
    assert moved.members[1:] == (
        Member("staff-17", "analyst", DAY, NEXT_DAY),
        Member("staff-17", "marketing", NEXT_DAY),
    )


def test_the_lead_leaves_by_handing_over(case) -> None:
    with pytest.raises(NotAllowedByRules, match="handing the case"):
        leave(case, "manager-b001", NEXT_DAY)
    handed = hand_over(case, "staff-17", NEXT_DAY)
    assert handed.lead == "staff-17"
    assert [(m.user, m.role) for m in handed.present(NEXT_DAY)] == [
        ("manager-b001", "member"),
        ("staff-17", "lead"),
    ]
    assert [(m.user, m.role) for m in handed.present(DAY)] == [("manager-b001", "lead"), ("staff-17", "analyst")]
    assert hand_over(handed, "staff-17", NEXT_DAY) is handed
    assert leave(handed, "manager-b001", NEXT_DAY).present(NEXT_DAY) == [Member("staff-17", "lead", NEXT_DAY)]


# -- the client moves to another branch --------------------------------------------------------------------------
@pytest.fixture
def moved(case) -> Case:
    return follow_client(replace(case, worked_in="B1"), "B2")


def left_behind(case: Case) -> list[tuple[str, str]]:
    return [(m.user, m.came_from) for m in case.present(NEXT_DAY) if m.came_from]


def test_the_case_goes_along_and_its_task_force_stays_behind(case, moved) -> None:
    assert (moved.worked_in, moved.revision, moved.lead) == ("B2", 2, "manager-b001")
    assert left_behind(moved) == [("manager-b001", "B1"), ("staff-17", "B1")]
    assert follow_client(moved, "B2") is moved


def test_back_again_everybody_is_where_they_were(case, moved) -> None:
    joined = join(moved, "staff-21", "member", NEXT_DAY)
    back = follow_client(joined, "B1")
    assert left_behind(back) == [("staff-21", "B2")]
    assert follow_client(moved, "B1").members == case.members


def test_moved_twice_each_is_of_the_branch_they_came_from(moved) -> None:
    third = follow_client(join(moved, "staff-21", "member", NEXT_DAY), "B3")
    assert left_behind(third) == [("manager-b001", "B1"), ("staff-17", "B1"), ("staff-21", "B2")]


def test_handed_over_those_left_behind_leave_and_the_others_stay(moved) -> None:
    handed = hand_over(join(moved, "staff-21", "analyst", NEXT_DAY), "manager-b002", NEXT_DAY)
    assert [(m.user, m.role) for m in handed.present(NEXT_DAY)] == [
        ("staff-21", "analyst"),
        ("manager-b002", "lead"),
    ]
    assert [m.user for m in handed.present(DAY)] == ["manager-b001", "staff-17"]
    assert hand_over(handed, "manager-b002", NEXT_DAY) is handed


def test_the_lead_who_went_along_with_the_client_leads_on(moved) -> None:
    handed = hand_over(moved, "manager-b001", NEXT_DAY)
    assert handed.present(NEXT_DAY) == [Member("manager-b001", "lead", NEXT_DAY)]


def test_where_the_branch_before_is_not_known_nobody_is_left_behind(case) -> None:
    assert follow_client(case, "B2").members == case.members


def test_a_task_is_done_once_with_what_shows_it(case) -> None:
    with_task = add_task(case, Task("t-1", "call", "staff-17", NEXT_DAY, "contact"))
    done = finish_task(with_task, "t-1", "note of the call", "staff-4", AT)
    (task,) = done.tasks
    assert (task.state, task.evidence, task.done_by, task.done_at) == ("done", "note of the call", "staff-4", AT)
    assert finish_task(done, "t-1", "another note", "staff-5", AT) is done
    with pytest.raises(TaskNotOpen, match="is done"):
        cancel_task(done, "t-1")


def test_a_cancelled_task_is_not_done_later(case) -> None:
    cancelled = cancel_task(add_task(case, Task("t-1", "call", "staff-17", NEXT_DAY)), "t-1")
    assert [t.state for t in cancelled.tasks] == ["cancelled"]
    assert cancel_task(cancelled, "t-1") is cancelled
    with pytest.raises(TaskNotOpen, match="is cancelled"):
        finish_task(cancelled, "t-1", "note", "staff-4", AT)


def test_a_task_that_is_not_the_cases_is_not_found(case) -> None:
    with pytest.raises(NotFound):
        finish_task(case, "t-9", "note", "staff-4", AT)
    with pytest.raises(NotFound):
        cancel_task(case, "t-9")


def test_a_review_is_minuted_by_those_who_belonged_that_day(case) -> None:
    later = leave(case, "staff-17", NEXT_DAY)
    minuted = add_review(later, a_review("manager-b001", "staff-17"), RULES, NEXT_DAY)
    assert minuted.reviews == (a_review("manager-b001", "staff-17"),)
    with pytest.raises(NotAllowedByRules, match="not of the task force on 2026-01-14: staff-17"):
        add_review(later, a_review("manager-b001", "staff-17", held_on=NEXT_DAY), RULES, NEXT_DAY)


@pytest.mark.parametrize("there", [(), ("manager-b001",), ("staff-17", "staff-17")])
def test_a_review_by_too_few_is_none(case, there) -> None:
    with pytest.raises(NotAllowedByRules, match="needs 2 members"):
        add_review(case, a_review(*there), RULES, DAY)


def test_a_review_is_minuted_after_it_was_held(case) -> None:
    with pytest.raises(NotAllowedByRules, match="held_on"):
        add_review(case, a_review("manager-b001", "staff-17", held_on=NEXT_DAY), RULES, DAY)


def test_a_closed_case_has_no_task_force_to_do_anything(case) -> None:
    closed = close(case, truth="true_decline", retention="lost", cause="c", undecided=(), at=AT, week=2924)
    for act in (
        lambda: join(closed, "staff-4", "member", DAY),
        lambda: leave(closed, "staff-17", DAY),
        lambda: hand_over(closed, "staff-17", DAY),
        lambda: add_task(closed, Task("t-1", "call", "staff-17", NEXT_DAY)),
        lambda: finish_task(closed, "t-1", "note", "staff-4", AT),
        lambda: cancel_task(closed, "t-1"),
        lambda: add_review(closed, a_review("manager-b001", "staff-17"), RULES, DAY),
    ):
        with pytest.raises(CaseClosed):
            act()
