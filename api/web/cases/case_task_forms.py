"""What a task force has to do, and the minutes of its reviews."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response

from acts import task_forces
from acts.performing import Act
from acts.roles import Permission
from api.cases.case_tasks import add_review_act, add_task_act
from api.deps import Deps
from api.paths import UuidPath
from api.reading import Reading
from api.web.cases.case_forms import attempt
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.words import N_
from api.web.sign_in.session import Visitor, needing_page
from casework.cases.case_lifecycle import Case
from schemas.http_cases import EvidenceOfTaskBody, MinutesBody, NewTaskBody, SwotBody

router = APIRouter(include_in_schema=False)
Worker = Annotated[Visitor, needing_page(Permission.WORK_ON_CASES)]
ONE = "/desk/cases/{case_id}"


@router.post(f"{ONE}/tasks")
def new_task(
    request: Request, visitor: Worker, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """Something to be done."""

    def act() -> Act[Case]:
        return add_task_act(case_id, sent.body(NewTaskBody))

    done = Flash(N_("Task added."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#tasks")


@router.post(f"{ONE}/tasks/{{task_id}}/done")
def task_done(
    request: Request,
    visitor: Worker,
    deps: Deps,
    reading: Reading,
    sent: SentForm,
    case_id: UuidPath,
    task_id: UuidPath,
) -> Response:
    """Done, with what shows it."""

    def act() -> Act[Case]:
        evidence = sent.body(EvidenceOfTaskBody).evidence
        return partial(task_forces.finish_task, case_id=case_id, task_id=task_id, evidence=evidence)

    done = Flash(N_("Task done."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#tasks", task_id)


@router.post(f"{ONE}/tasks/{{task_id}}/cancel")
def task_cancelled(
    request: Request,
    visitor: Worker,
    deps: Deps,
    reading: Reading,
    sent: SentForm,
    case_id: UuidPath,
    task_id: UuidPath,
) -> Response:
    """Not needed any more."""

    def act() -> Act[Case]:
        return partial(task_forces.cancel_task, case_id=case_id, task_id=task_id)

    done = Flash(N_("Task cancelled."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#tasks", task_id)


@router.post(f"{ONE}/reviews")
def new_review(
    request: Request, visitor: Worker, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """The minutes of a review."""

    def act() -> Act[Case]:
        return add_review_act(case_id, _minutes(sent))

    done = Flash(N_("The minutes are kept."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#reviews")


def _minutes(sent: Sent) -> MinutesBody:
    """Nobody ticked would mean all of them. Of the SWOT, every line is a point."""
    sent.must_have("attendees")
    swot = {side: (sent.one(side) or "").splitlines() for side in SwotBody.model_fields}
    points = {side: [line.strip() for line in lines if line.strip()] for side, lines in swot.items()}
    return sent.body(MinutesBody, swot=points)
