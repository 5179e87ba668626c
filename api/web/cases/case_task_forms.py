"""What a task force has to do, and the minutes of its reviews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from api.cases.case_routes import CaseId
from api.cases.case_tasks import TaskId, add_review, add_task, cancel_task, finish_task
from api.deps import Deps
from api.roles import Permission
from api.web.cases.case_forms import attempt
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.words import N_
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_cases import EvidenceOfTaskBody, MinutesBody, NewTaskBody, SwotBody

router = APIRouter(include_in_schema=False)
Worker = Annotated[Visitor, needing_page(Permission.WORK_ON_CASES)]
ONE = "/desk/cases/{case_id}"


@router.post(f"{ONE}/tasks")
def new_task(request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """Something to be done."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: add_task(visitor.caller, deps, sent.post, case_id, sent.body(NewTaskBody)),
        Flash(N_("Task added.")),
        "#tasks",
    )


@router.post(f"{ONE}/tasks/{{task_id}}/done")
def task_done(
    request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId, task_id: TaskId
) -> Response:
    """Done, with what shows it."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: finish_task(visitor.caller, deps, sent.post, case_id, task_id, sent.body(EvidenceOfTaskBody)),
        Flash(N_("Task done.")),
        "#tasks",
        task_id,
    )


@router.post(f"{ONE}/tasks/{{task_id}}/cancel")
def task_cancelled(
    request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId, task_id: TaskId
) -> Response:
    """Not needed any more."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: cancel_task(visitor.caller, deps, sent.post, case_id, task_id),
        Flash(N_("Task cancelled.")),
        "#tasks",
        task_id,
    )


@router.post(f"{ONE}/reviews")
def new_review(request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """The minutes of a review."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: add_review(visitor.caller, deps, sent.post, case_id, _minutes(sent)),
        Flash(N_("The minutes are kept.")),
        "#reviews",
    )


def _minutes(sent: Sent) -> MinutesBody:
    """Nobody ticked would mean all of them. Of the SWOT, every line is a point."""
    sent.must_have("attendees")
    swot = {side: (sent.one(side) or "").splitlines() for side in SwotBody.model_fields}
    points = {side: [line.strip() for line in lines if line.strip()] for side, lines in swot.items()}
    return sent.body(MinutesBody, swot=points)
