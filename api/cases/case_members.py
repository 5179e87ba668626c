"""Who belongs to the task force of a case, and who leads it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.auth import CaseFormer
from api.cases.acts import Worked, act_on_case
from api.cases.case_routes import CaseId
from api.changes import Posted
from api.deps import Deps
from api.paths import V1
from casework.cases import task_force
from casework.cases.case_lifecycle import Case
from schemas.http_cases import CaseDetailBody, HandOverBody, LeaveBody, MemberBody
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/cases/{{case_id}}", tags=["cases"])


@router.post("/members", response_model=CaseDetailBody)
def join(caller: CaseFormer, deps: Deps, post: Posted, case_id: CaseId, body: MemberBody) -> Response:
    """Someone joins the task force, or has another role in it from now on."""

    def work(_tx: Tx, case: Case) -> Worked:
        joined = task_force.join(case, body.user, body.role, deps.today())
        return Worked("join", joined, f"{body.user}: {body.role}")

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/members/leave", response_model=CaseDetailBody)
def leave(caller: CaseFormer, deps: Deps, post: Posted, case_id: CaseId, body: LeaveBody) -> Response:
    """Someone leaves the task force."""

    def work(_tx: Tx, case: Case) -> Worked:
        return Worked("leave", task_force.leave(case, body.user, deps.today()), body.user)

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/lead", response_model=CaseDetailBody)
def hand_over(caller: CaseFormer, deps: Deps, post: Posted, case_id: CaseId, body: HandOverBody) -> Response:
    """Someone else leads from now on."""

    def work(_tx: Tx, case: Case) -> Worked:
        return Worked("hand_over", task_force.hand_over(case, body.lead, deps.today()), body.lead)

    return act_on_case(deps, caller, post, case_id, work)
