"""What a task force has to do, and the minutes of its reviews."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from acts import task_forces
from acts.callers import Caller
from acts.performing import Act
from api.auth import CaseReader, CaseWorker
from api.cases.bodies import owned_task_body, review_body, task_body
from api.cases.case_routes import answer_with_case
from api.changes import Posted
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1, UuidPath
from casework.cases.case_lifecycle import Case, Swot
from schemas.http import Line, Page
from schemas.http_cases import (
    CancelTaskBody,
    CaseDetailBody,
    EvidenceOfTaskBody,
    MinutesBody,
    NewTaskBody,
    OwnedTaskBody,
    ReviewBody,
    TaskBody,
)
from schemas.vocabulary import TaskState
from store.cases import case_search, task_search
from store.cases.task_search import TaskPlace

router = APIRouter(prefix=V1, tags=["cases"])


class TaskQuery(ListQuery):
    """Filters of the list of tasks."""

    owner: Line | None = None
    state: list[TaskState] = Field(default_factory=list, max_length=3, description="any of these; repeat it")


@router.get("/tasks")
def list_tasks(caller: CaseReader, deps: Deps, query: Annotated[TaskQuery, Query()]) -> Page[OwnedTaskBody]:
    """Tasks of all cases, what is due first."""
    after = query.after("tasks", TaskPlace)
    with deps.store.read() as tx:
        rows = task_search.search(
            tx,
            owner=query.owner,
            states=tuple(query.state),
            only_branch=caller.branch,
            after=after,
            limit=query.limit + 1,
        )
    return query.page("tasks", rows, lambda row: row.place, owned_task_body)


@router.get("/cases/{case_id}/tasks")
def list_case_tasks(caller: CaseReader, deps: Deps, case_id: UuidPath) -> Page[TaskBody]:
    """All tasks of a case, in the order they were added."""
    return Page(items=[task_body(task) for task in _get_case(deps, caller, case_id).tasks], next=None)


@router.get("/cases/{case_id}/reviews")
def list_case_reviews(caller: CaseReader, deps: Deps, case_id: UuidPath) -> Page[ReviewBody]:
    """The minutes of all reviews of a case, in the order they were written."""
    return Page(items=[review_body(review) for review in _get_case(deps, caller, case_id).reviews], next=None)


@router.post("/cases/{case_id}/tasks", response_model=CaseDetailBody)
def add_task(caller: CaseWorker, deps: Deps, post: Posted, case_id: UuidPath, body: NewTaskBody) -> Response:
    """Something to be done, by whom and until when."""
    return answer_with_case(deps, caller, post, add_task_act(case_id, body))


@router.post("/cases/{case_id}/tasks/{task_id}/done", response_model=CaseDetailBody)
def finish_task(
    caller: CaseWorker, deps: Deps, post: Posted, case_id: UuidPath, task_id: UuidPath, body: EvidenceOfTaskBody
) -> Response:
    """It is done, and this shows it."""
    act = partial(task_forces.finish_task, case_id=case_id, task_id=task_id, evidence=body.evidence)
    return answer_with_case(deps, caller, post, act)


@router.post("/cases/{case_id}/tasks/{task_id}/cancel", response_model=CaseDetailBody)
def cancel_task(
    caller: CaseWorker,
    deps: Deps,
    post: Posted,
    case_id: UuidPath,
    task_id: UuidPath,
    _body: CancelTaskBody | None = None,
) -> Response:
    """It is not needed any more."""
    act = partial(task_forces.cancel_task, case_id=case_id, task_id=task_id)
    return answer_with_case(deps, caller, post, act)


@router.post("/cases/{case_id}/reviews", response_model=CaseDetailBody)
def add_review(caller: CaseWorker, deps: Deps, post: Posted, case_id: UuidPath, body: MinutesBody) -> Response:
    """The minutes of a review. No day: today. No attendees: all who belonged to the task force that day."""
    return answer_with_case(deps, caller, post, add_review_act(case_id, body))


def add_task_act(case_id: str, body: NewTaskBody) -> Act[Case]:
    """The act that a body asks for."""
    return partial(
        task_forces.add_task,
        case_id=case_id,
        title=body.title,
        owner=body.owner,
        due_on=body.due_on,
        kind=body.kind,
    )


def add_review_act(case_id: str, body: MinutesBody) -> Act[Case]:
    """The act that a body asks for."""
    sides = {side: tuple(points) for side, points in body.swot.model_dump().items()}
    return partial(
        task_forces.add_review,
        case_id=case_id,
        minutes=body.minutes,
        decision=body.decision,
        held_on=body.held_on,
        attendees=body.attendees,
        swot=Swot(**sides),
    )


def _get_case(deps: ApiDeps, caller: Caller, case_id: str) -> Case:
    with deps.store.read() as tx:
        return case_search.get_whole(tx, case_id, only_branch=caller.branch, member=caller.actor).case
