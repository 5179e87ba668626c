"""What people do with a case's task force: who belongs to it and leads it, its tasks, its reviews."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from acts.case_changes import CaseChange, change_case
from acts.performing import ActContext
from casework.cases import task_force
from casework.cases.case_lifecycle import Case, Review, Swot, Task
from schemas.vocabulary import TaskKind

NO_SWOT = Swot()


def join(context: ActContext, case_id: str, user: str, role: str) -> Case:
    """Someone joins the task force, or has another role in it from now on."""

    def work(case: Case) -> CaseChange:
        return CaseChange("join", task_force.join(case, user, role, context.today), f"{user}: {role}")

    return change_case(context, case_id, work)


def leave(context: ActContext, case_id: str, user: str) -> Case:
    """Someone leaves the task force."""

    def work(case: Case) -> CaseChange:
        return CaseChange("leave", task_force.leave(case, user, context.today), user)

    return change_case(context, case_id, work)


def hand_over(context: ActContext, case_id: str, lead: str) -> Case:
    """Someone else leads from now on."""

    def work(case: Case) -> CaseChange:
        return CaseChange("hand_over", task_force.hand_over(case, lead, context.today), lead)

    return change_case(context, case_id, work)


def add_task(
    context: ActContext, case_id: str, title: str, owner: str, due_on: date, kind: TaskKind = "other"
) -> Case:
    """Something to be done, by whom and until when."""

    def work(case: Case) -> CaseChange:
        task = Task(str(uuid.uuid4()), title, owner, due_on, kind)
        return CaseChange("add_task", task_force.add_task(case, task), title)

    return change_case(context, case_id, work)


def finish_task(context: ActContext, case_id: str, task_id: str, evidence: str) -> Case:
    """It is done, and this shows it."""

    def work(case: Case) -> CaseChange:
        done = task_force.finish_task(case, task_id, evidence, context.actor, context.at)
        return CaseChange("finish_task", done, _title(case, task_id))

    return change_case(context, case_id, work)


def cancel_task(context: ActContext, case_id: str, task_id: str) -> Case:
    """It is not needed any more."""

    def work(case: Case) -> CaseChange:
        return CaseChange("cancel_task", task_force.cancel_task(case, task_id), _title(case, task_id))

    return change_case(context, case_id, work)


def add_review(
    context: ActContext,
    case_id: str,
    minutes: str,
    decision: str,
    held_on: date | None = None,
    attendees: Collection[str] = (),
    swot: Swot = NO_SWOT,
) -> Case:
    """The minutes of a review. No day: today. No attendees: all who belonged to the task force that day."""

    def work(case: Case) -> CaseChange:
        day = held_on or context.today
        present = [member.user for member in case.present(day)]
        review = Review(
            review_id=str(uuid.uuid4()),
            held_on=day,
            attendees=tuple(dict.fromkeys(attendees or present)),
            minutes=minutes,
            decision=decision,
            written_by=context.actor,
            swot=swot,
        )
        minuted = task_force.add_review(case, review, context.bank.rules.cases, context.today)
        return CaseChange("review", minuted, decision)

    return change_case(context, case_id, work)


def _title(case: Case, task_id: str) -> str:
    return next(task.title for task in case.tasks if task.task_id == task_id)
