"""Who belongs to the task force of a case, and who leads it."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from acts import task_forces
from api.auth import CaseFormer
from api.cases.case_routes import answer_with_case
from api.changes import Posted
from api.deps import Deps
from api.paths import V1, UuidPath
from schemas.http_cases import CaseDetailBody, HandOverBody, LeaveBody, MemberBody

router = APIRouter(prefix=f"{V1}/cases/{{case_id}}", tags=["cases"])


@router.post("/members", response_model=CaseDetailBody)
def join(caller: CaseFormer, deps: Deps, post: Posted, case_id: UuidPath, body: MemberBody) -> Response:
    """Someone joins the task force, or has another role in it from now on."""
    act = partial(task_forces.join, case_id=case_id, user=body.user, role=body.role)
    return answer_with_case(deps, caller, post, act)


@router.post("/members/leave", response_model=CaseDetailBody)
def leave(caller: CaseFormer, deps: Deps, post: Posted, case_id: UuidPath, body: LeaveBody) -> Response:
    """Someone leaves the task force."""
    return answer_with_case(deps, caller, post, partial(task_forces.leave, case_id=case_id, user=body.user))


@router.post("/lead", response_model=CaseDetailBody)
def hand_over(caller: CaseFormer, deps: Deps, post: Posted, case_id: UuidPath, body: HandOverBody) -> Response:
    """Someone else leads from now on."""
    return answer_with_case(deps, caller, post, partial(task_forces.hand_over, case_id=case_id, lead=body.lead))
