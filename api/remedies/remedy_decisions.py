"""What people do with a proposed remedy: change it, ask for approval, decide, take it back, revoke it."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from acts import remedies
from acts.callers import Caller
from acts.performing import Act, ActContext, ActRequest
from api.auth import RemedyChecker, RemedyProposer, RemedyRevoker
from api.changes import Posted, Shown, answer_act
from api.deps import ApiDeps, Deps
from api.paths import V1, UuidPath
from api.remedies.bodies import read_proposed_terms
from api.remedies.reading import get_remedy_body
from casework.remedies.remedy_lifecycle import Remedy
from schemas.http_remedies import ApproveBody, DecisionBody, RemedyBody, SubmitBody, TermsBody, WithdrawBody

router = APIRouter(prefix=f"{V1}/remedies/{{remedy_id}}", tags=["remedies"])


@router.post("/revise", response_model=RemedyBody)
def revise(caller: RemedyProposer, deps: Deps, post: Posted, remedy_id: UuidPath, body: TermsBody) -> Response:
    """Other terms, in place of all of the old ones: approvals are void, and it is a draft again."""
    proposed = read_proposed_terms(body, deps.base_currency)
    act = partial(remedies.revise, remedy_id=remedy_id, proposed=proposed, owner=body.owner)
    return answer_with_remedy(deps, caller, post, act)


@router.post("/submit", response_model=RemedyBody)
def submit(
    caller: RemedyProposer, deps: Deps, post: Posted, remedy_id: UuidPath, _body: SubmitBody | None = None
) -> Response:
    """Ask for approval, of the levels that percent, money and days need; what costs nothing begins at once."""
    return answer_with_remedy(deps, caller, post, partial(remedies.submit, remedy_id=remedy_id))


@router.post("/approve", response_model=RemedyBody)
def approve(
    caller: RemedyChecker, deps: Deps, post: Posted, remedy_id: UuidPath, body: ApproveBody | None = None
) -> Response:
    """A yes at the level whose turn it is, by someone who had no part in making it."""
    note = None if body is None else body.note
    return answer_with_remedy(deps, caller, post, partial(remedies.approve, remedy_id=remedy_id, note=note))


@router.post("/reject", response_model=RemedyBody)
def reject(caller: RemedyChecker, deps: Deps, post: Posted, remedy_id: UuidPath, body: DecisionBody) -> Response:
    """A no, which ends it."""
    return answer_with_remedy(deps, caller, post, partial(remedies.reject, remedy_id=remedy_id, note=body.note))


@router.post("/return", response_model=RemedyBody)
def send_back(caller: RemedyChecker, deps: Deps, post: Posted, remedy_id: UuidPath, body: DecisionBody) -> Response:
    """Back to its makers, to be changed or explained; approvals are void."""
    return answer_with_remedy(deps, caller, post, partial(remedies.send_back, remedy_id=remedy_id, note=body.note))


@router.post("/withdraw", response_model=RemedyBody)
def withdraw(
    caller: RemedyProposer, deps: Deps, post: Posted, remedy_id: UuidPath, body: WithdrawBody | None = None
) -> Response:
    """Take it back before it is decided."""
    note = None if body is None else body.note
    return answer_with_remedy(deps, caller, post, partial(remedies.withdraw, remedy_id=remedy_id, note=note))


@router.post("/revoke", response_model=RemedyBody)
def revoke(caller: RemedyRevoker, deps: Deps, post: Posted, remedy_id: UuidPath, body: DecisionBody) -> Response:
    """End it before its time, from today on."""
    return answer_with_remedy(deps, caller, post, partial(remedies.revoke, remedy_id=remedy_id, note=body.note))


def answer_with_remedy(deps: ApiDeps, caller: Caller, post: ActRequest, act: Act[Remedy]) -> Response:
    """Perform the act, and show the remedy as it then is."""

    def show(context: ActContext, remedy: Remedy) -> Shown:
        return Shown(get_remedy_body(context.tx, deps, caller, remedy.remedy_id), remedy.revision)

    return answer_act(deps, caller, post, act, show)
