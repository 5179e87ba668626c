"""What a task force has to do, and the minutes of its reviews."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from acts import task_forces
from acts.performing import Act
from api.cases.case_tasks import add_review_act, add_task_act
from api.paths import UuidPath
from api.web.cases.case_forms import attempt
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.visitor import CaseWorker
from casework.cases.case_lifecycle import Case
from language.marking import N_
from schemas.http_cases import EvidenceOfTaskBody, MinutesBody, NewTaskBody, SwotBody

router = APIRouter(include_in_schema=False)
ONE = "/desk/cases/{case_id}"


@router.post(f"{ONE}/tasks")
def new_task(visitor: CaseWorker, sent: SentForm, case_id: UuidPath) -> Response:
    """Something to be done."""
    done = Flash(N_("Task added."))
    return attempt(visitor, sent, case_id, lambda: add_task_act(case_id, sent.body(NewTaskBody)), done, "#tasks")


@router.post(f"{ONE}/tasks/{{task_id}}/done")
def task_done(visitor: CaseWorker, sent: SentForm, case_id: UuidPath, task_id: UuidPath) -> Response:
    """Done, with what shows it."""

    def act() -> Act[Case]:
        evidence = sent.body(EvidenceOfTaskBody).evidence
        return partial(task_forces.finish_task, case_id=case_id, task_id=task_id, evidence=evidence)

    return attempt(visitor, sent, case_id, act, Flash(N_("Task done.")), "#tasks", task_id)


@router.post(f"{ONE}/tasks/{{task_id}}/cancel")
def task_cancelled(visitor: CaseWorker, sent: SentForm, case_id: UuidPath, task_id: UuidPath) -> Response:
    """Not needed any more."""
    act = partial(task_forces.cancel_task, case_id=case_id, task_id=task_id)
    return attempt(visitor, sent, case_id, lambda: act, Flash(N_("Task cancelled.")), "#tasks", task_id)


@router.post(f"{ONE}/reviews")
def new_review(visitor: CaseWorker, sent: SentForm, case_id: UuidPath) -> Response:
    """The minutes of a review."""
    done = Flash(N_("The minutes are kept."))
    return attempt(visitor, sent, case_id, lambda: add_review_act(case_id, _minutes(sent)), done, "#reviews")


def _minutes(sent: Sent) -> MinutesBody:
    """Nobody ticked would mean all of them. Of the SWOT, every line is a point."""
    sent.must_have("attendees")
    swot = {side: (sent.one(side) or "").splitlines() for side in SwotBody.model_fields}
    points = {side: [line.strip() for line in lines if line.strip()] for side, lines in swot.items()}
    return sent.body(MinutesBody, swot=points)
