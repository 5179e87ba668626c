"""What a case's people do with a remedy: propose it, change it, submit it, take it back, revoke it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response

from api.cases.case_routes import CaseId
from api.deps import ApiDeps, Deps
from api.remedies.reading import read_remedy
from api.remedies.remedy_decisions import revise, revoke, submit, withdraw
from api.remedies.remedy_routes import RemedyId, propose
from api.roles import Permission
from api.web.cases.case_page import Back, case_page, path_of_case
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.amounts import body_with_amounts
from api.web.language.words import N_
from api.web.remedies.form import AMOUNTS, asked_what_if
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_remedies import DecisionBody, ProposeBody, RemedyBody, TermsBody, WithdrawBody

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_CASES)]
Proposer = Annotated[Visitor, needing_page(Permission.PROPOSE_REMEDIES)]
Revoker = Annotated[Visitor, needing_page(Permission.REVOKE_REMEDIES)]
ONE = "/desk/remedies/{remedy_id}"
_SUBMITTED = Flash(N_("Submitted: it waits for approval."))
_NEEDS_NOBODY = Flash(N_("Nobody has to approve it: it holds from now on."))


@router.get("/desk/cases/{case_id}/what-if")
def what_if_part(request: Request, visitor: Reader, deps: Deps, case_id: CaseId) -> Response:
    """The answers alone, for a script that asks while one types."""
    asked = asked_what_if(request, visitor, deps, case_id, dict(request.query_params), tell_errors=True)
    return render(request, "parts/what_if.html", visitor=visitor, what_if=asked)


@router.post("/desk/cases/{case_id}/remedies")
def propose_remedy(request: Request, visitor: Proposer, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """A draft."""

    def act() -> Response:
        sent.must_have("type")
        body = body_with_amounts(sent, ProposeBody, AMOUNTS)
        return propose(visitor.caller, deps, sent.post, case_id, body)

    return sent.attempt(
        act,
        done=Flash(N_("Kept as a draft. Submit it when it is ready.")),
        back_to=f"{path_of_case(case_id)}#remedies",
        again=lambda form: case_page(request, visitor, deps, case_id, Back(form)),
    )


@router.post(f"{ONE}/revise")
def revise_remedy(request: Request, visitor: Proposer, deps: Deps, sent: SentForm, remedy_id: RemedyId) -> Response:
    """Other terms in place of the old ones."""

    def act() -> Response:
        body = body_with_amounts(sent, TermsBody, AMOUNTS)
        return revise(visitor.caller, deps, sent.post, remedy_id, body)

    return _attempt(request, visitor, deps, sent, remedy_id, act, Flash(N_("Terms changed: it is a draft again.")))


@router.post(f"{ONE}/submit")
def submit_remedy(request: Request, visitor: Proposer, deps: Deps, sent: SentForm, remedy_id: RemedyId) -> Response:
    """Ask for approval; what costs nothing needs none."""

    def done(answer: Response) -> Flash:
        state = RemedyBody.model_validate_json(bytes(answer.body)).state
        return _SUBMITTED if state == "submitted" else _NEEDS_NOBODY

    return _attempt(
        request, visitor, deps, sent, remedy_id, lambda: submit(visitor.caller, deps, sent.post, remedy_id), done
    )


@router.post(f"{ONE}/withdraw")
def withdraw_remedy(
    request: Request, visitor: Proposer, deps: Deps, sent: SentForm, remedy_id: RemedyId
) -> Response:
    """Take it back before it is decided."""
    return _attempt(
        request,
        visitor,
        deps,
        sent,
        remedy_id,
        lambda: withdraw(visitor.caller, deps, sent.post, remedy_id, sent.body(WithdrawBody)),
        Flash(N_("Taken back.")),
    )


@router.post(f"{ONE}/revoke")
def revoke_remedy(request: Request, visitor: Revoker, deps: Deps, sent: SentForm, remedy_id: RemedyId) -> Response:
    """End it before its time."""
    return _attempt(
        request,
        visitor,
        deps,
        sent,
        remedy_id,
        lambda: revoke(visitor.caller, deps, sent.post, remedy_id, sent.body(DecisionBody)),
        Flash(N_("Revoked: it ends today.")),
    )


def _attempt(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    sent: Sent,
    remedy_id: str,
    act: Callable[[], Response],
    done: Flash | Callable[[Response], Flash],
) -> Response:
    with deps.store.read() as tx:
        case_id = read_remedy(tx, deps, visitor.caller, remedy_id).case_id
    return sent.attempt(
        act,
        done=done,
        back_to=f"{path_of_case(case_id)}#remedies",
        again=lambda form: case_page(request, visitor, deps, case_id, Back(form, remedy_id)),
    )
