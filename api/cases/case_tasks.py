"""What a task force has to do, and the minutes of its reviews."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.auth import Caller, CaseReader, CaseWorker
from api.cases.acts import Worked, act_on_case
from api.cases.bodies import owned_task_body, review_body, task_body
from api.cases.case_routes import CaseId
from api.changes import Posted
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1
from casework.cases import task_force
from casework.cases.case_lifecycle import Case, Review, Swot, Task
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
from store.cases import case_rows, case_search
from store.cases import task_search as case_task_search
from store.cases.task_search import TaskPlace
from store.unit_of_work import Tx

router = APIRouter(prefix=V1, tags=["cases"])
TaskId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


class TaskQuery(ListQuery):
    """Filters of the list of tasks."""

    owner: Line | None = None
    state: list[Literal["open", "done", "cancelled"]] = Field(
        default_factory=list, max_length=3, description="any of these; repeat it"
    )


@router.get("/tasks")
def list_tasks(caller: CaseReader, deps: Deps, query: Annotated[TaskQuery, Query()]) -> Page[OwnedTaskBody]:
    """Tasks of all cases, what is due first."""
    after = query.after("tasks", TaskPlace)
    with deps.store.read() as tx:
        rows = case_task_search.search(
            tx,
            owner=query.owner,
            states=tuple(query.state),
            only_branch=caller.branch,
            after=after,
            limit=query.limit + 1,
        )
    return query.page("tasks", rows, lambda row: row.place, owned_task_body)


@router.get("/cases/{case_id}/tasks")
def list_case_tasks(caller: CaseReader, deps: Deps, case_id: CaseId) -> Page[TaskBody]:
    """All tasks of a case, in the order they were added."""
    return Page(items=[task_body(task) for task in _visible(deps, caller, case_id).tasks], next=None)


@router.get("/cases/{case_id}/reviews")
def list_case_reviews(caller: CaseReader, deps: Deps, case_id: CaseId) -> Page[ReviewBody]:
    """The minutes of all reviews of a case, in the order they were written."""
    return Page(items=[review_body(review) for review in _visible(deps, caller, case_id).reviews], next=None)


@router.post("/cases/{case_id}/tasks", response_model=CaseDetailBody)
def add_task(caller: CaseWorker, deps: Deps, post: Posted, case_id: CaseId, body: NewTaskBody) -> Response:
    """Something to be done, by whom and until when."""

    def work(_tx: Tx, case: Case) -> Worked:
        task = Task(str(uuid.uuid4()), body.title, body.owner, body.due_on, body.kind)
        return Worked("add_task", task_force.add_task(case, task), body.title)

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/cases/{case_id}/tasks/{task_id}/done", response_model=CaseDetailBody)
def finish_task(
    caller: CaseWorker, deps: Deps, post: Posted, case_id: CaseId, task_id: TaskId, body: EvidenceOfTaskBody
) -> Response:
    """It is done, and this shows it."""

    def work(_tx: Tx, case: Case) -> Worked:
        done = task_force.finish_task(case, task_id, body.evidence, caller.actor, deps.clock())
        return Worked("finish_task", done, _title(case, task_id))

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/cases/{case_id}/tasks/{task_id}/cancel", response_model=CaseDetailBody)
def cancel_task(
    caller: CaseWorker,
    deps: Deps,
    post: Posted,
    case_id: CaseId,
    task_id: TaskId,
    _body: CancelTaskBody | None = None,
) -> Response:
    """It is not needed any more."""

    def work(_tx: Tx, case: Case) -> Worked:
        return Worked("cancel_task", task_force.cancel_task(case, task_id), _title(case, task_id))

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/cases/{case_id}/reviews", response_model=CaseDetailBody)
def add_review(caller: CaseWorker, deps: Deps, post: Posted, case_id: CaseId, body: MinutesBody) -> Response:
    """The minutes of a review. No day: today. No attendees: all who belonged to the task force that day."""

    def work(_tx: Tx, case: Case) -> Worked:
        held_on = body.held_on or deps.today()
        present = [member.user for member in case.present(held_on)]
        sides = {side: tuple(points) for side, points in body.swot.model_dump().items()}
        review = Review(
            review_id=str(uuid.uuid4()),
            held_on=held_on,
            attendees=tuple(dict.fromkeys(body.attendees or present)),
            minutes=body.minutes,
            decision=body.decision,
            written_by=caller.actor,
            swot=Swot(**sides),
        )
        minuted = task_force.minute(case, review, deps.rules.cases, deps.today())
        return Worked("review", minuted, body.decision)

    return act_on_case(deps, caller, post, case_id, work)


def _visible(deps: ApiDeps, caller: Caller, case_id: str) -> Case:
    with deps.store.read() as tx:
        case_search.get(tx, case_id, only_branch=caller.branch)
        return case_rows.get(tx, case_id)


def _title(case: Case, task_id: str) -> str:
    return next(task.title for task in case.tasks if task.task_id == task_id)
