"""What the task force of a case does: who belongs to it, what is to be done, and what its reviews decided.

As in casework.cases.case_lifecycle: every act gives the case at its next revision, or the same object where nothing
changes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from casework.cases.case_lifecycle import (
    LEAD,
    Case,
    CaseRules,
    Member,
    Review,
    Task,
    check_open,
)
from casework.revisions import with_next_revision
from schemas.errors import Conflict, NotAllowedByRules, NotFound
from schemas.vocabulary import TaskState

UNASSIGNED = "unassigned"  # the lead of a case that nobody has taken yet: no person, and no member


class TaskNotOpen(Conflict):
    """A task that is done cannot be cancelled, nor the other way round."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"task {task.task_id} is {task.state}")


def join(case: Case, user: str, role: str, today: date) -> Case:
    """Add a person, or give one another role; who came back has two memberships. Raises CaseClosed."""
    check_open(case)
    if user == case.lead or any(m.user == user and m.role == role for m in case.present(today)):
        return case
    stay = tuple(_members_without(case, user, today))
    return with_next_revision(case, members=(*stay, Member(user, role, today)))


def leave(case: Case, user: str, today: date) -> Case:
    """A person leaves the task force; the lead cannot. Raises CaseClosed, NotAllowedByRules."""
    check_open(case)
    if user == case.lead:
        raise NotAllowedByRules("user", "the lead leaves by handing the case to another one")
    return with_next_revision(case, members=tuple(_members_without(case, user, today)))


def hand_over(case: Case, lead: str, today: date) -> Case:
    """Another person leads; the one before stays as a member. Raises CaseClosed.

    After the client has moved to another branch, whoever was left behind in the old one leaves with it.
    """
    check_open(case)
    behind = {member.user for member in case.members if member.left_on is None and member.came_from is not None}
    if lead == case.lead and not behind:
        return case
    stays = () if case.lead in {UNASSIGNED, lead, *behind} else (Member(case.lead, "member", today),)
    for user in {lead, case.lead, *behind}:
        case = replace(case, members=tuple(_members_without(case, user, today)))
    return with_next_revision(case, lead=lead, members=(*case.members, *stays, Member(lead, LEAD, today)))


def add_task(case: Case, task: Task) -> Case:
    """Something to be done. Raises CaseClosed."""
    check_open(case)
    return with_next_revision(case, tasks=(*case.tasks, task))


def finish_task(case: Case, task_id: str, evidence: str, actor: str, at: datetime) -> Case:
    """Done, with what shows it; done twice is done once. Raises CaseClosed, NotFound, TaskNotOpen."""
    return _end_task(case, task_id, state="done", evidence=evidence, done_by=actor, done_at=at)


def cancel_task(case: Case, task_id: str) -> Case:
    """Not needed any more; twice is once. Raises CaseClosed, NotFound, TaskNotOpen."""
    return _end_task(case, task_id, state="cancelled")


def add_review(case: Case, review: Review, rules: CaseRules, today: date) -> Case:
    """A review was held: who were there must be members then, and enough. Raises CaseClosed, NotAllowedByRules."""
    check_open(case)
    if review.held_on > today:
        raise NotAllowedByRules("held_on", f"{review.held_on} is after {today}")
    members = {m.user for m in case.present(review.held_on)}
    strangers = sorted(set(review.attendees) - members)
    if strangers:
        raise NotAllowedByRules("attendees", f"not of the task force on {review.held_on}: {', '.join(strangers)}")
    if len(set(review.attendees)) < rules.quorum:
        raise NotAllowedByRules("attendees", f"a review needs {rules.quorum} members")
    return with_next_revision(case, reviews=(*case.reviews, review))


def _end_task(case: Case, task_id: str, *, state: TaskState, **shown: Any) -> Case:
    check_open(case)
    task = next((t for t in case.tasks if t.task_id == task_id), None)
    if task is None:
        raise NotFound("task", task_id)
    if task.state == state:
        return case
    if task.state != "open":
        raise TaskNotOpen(task)
    settled = replace(task, state=state, **shown)
    return with_next_revision(case, tasks=tuple(settled if t is task else t for t in case.tasks))


def _members_without(case: Case, user: str, today: date) -> list[Member]:
    """The memberships with `user`'s ended today; one that began today never was."""
    kept = []
    for member in case.members:
        if member.user != user or member.left_on is not None:
            kept.append(member)
        elif member.joined_on < today:
            kept.append(replace(member, left_on=today))
    return kept
