"""What a case's people do with a remedy: propose it, change it, submit it, take it back, revoke it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response

from acts import remedies
from acts.performing import Act
from acts.roles import Permission
from api.deps import ApiDeps, Deps
from api.paths import UuidPath
from api.reading import Reading, Snapshot
from api.remedies.bodies import read_proposed_terms
from api.remedies.what_if import WhatIfQuery, load_what_if_of_case
from api.web.cases.case_page import Back, case_page, path_of_case
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.amounts import body_with_amounts
from api.web.language.words import N_
from api.web.remedies.form import AMOUNTS, asked_what_if
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from casework.remedies.remedy_lifecycle import Remedy
from schemas.http_remedies import DecisionBody, ProposeBody, TermsBody, WhatIfBody, WithdrawBody
from store.remedies import remedy_search

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_CASES)]
Proposer = Annotated[Visitor, needing_page(Permission.PROPOSE_REMEDIES)]
Revoker = Annotated[Visitor, needing_page(Permission.REVOKE_REMEDIES)]
ONE = "/desk/remedies/{remedy_id}"
_SUBMITTED = Flash(N_("Submitted: it waits for approval."))
_NEEDS_NOBODY = Flash(N_("Nobody has to approve it: it holds from now on."))


@router.get("/desk/cases/{case_id}/what-if")
def what_if_part(request: Request, visitor: Reader, deps: Deps, reading: Reading, case_id: UuidPath) -> Response:
    """The answers alone, for a script that asks while one types."""

    def answer(query: WhatIfQuery) -> Sequence[WhatIfBody]:
        return load_what_if_of_case(reading.tx, deps, visitor.caller, case_id, query)

    asked = asked_what_if(request, dict(request.query_params), answer, show_errors=True)
    return render(request, "parts/what_if.html", visitor=visitor, what_if=asked)


@router.post("/desk/cases/{case_id}/remedies")
def propose(
    request: Request, visitor: Proposer, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """A draft."""

    def act() -> Act[Remedy]:
        sent.must_have("type")
        body = body_with_amounts(sent, ProposeBody, AMOUNTS)
        proposed = read_proposed_terms(body, deps.base_currency)
        return partial(
            remedies.propose,
            case_id=case_id,
            kind=body.type,
            proposed=proposed,
            owner=body.owner,
            renews=body.renews,
        )

    return sent.attempt(
        visitor.caller,
        act,
        done=Flash(N_("Kept as a draft. Submit it when it is ready.")),
        back_to=f"{path_of_case(case_id)}#remedies",
        again=lambda form: case_page(request, visitor, deps, reading, case_id, Back(form)),
    )


@router.post(f"{ONE}/revise")
def revise(
    request: Request, visitor: Proposer, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """Other terms in place of the old ones."""

    def act() -> Act[Remedy]:
        body = body_with_amounts(sent, TermsBody, AMOUNTS)
        proposed = read_proposed_terms(body, deps.base_currency)
        return partial(remedies.revise, remedy_id=remedy_id, proposed=proposed, owner=body.owner)

    done = Flash(N_("Terms changed: it is a draft again."))
    return _attempt(request, visitor, deps, reading, sent, remedy_id, act, done)


@router.post(f"{ONE}/submit")
def submit(
    request: Request, visitor: Proposer, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """Ask for approval; what costs nothing needs none."""

    def done(remedy: Remedy) -> Flash:
        return _SUBMITTED if remedy.state == "submitted" else _NEEDS_NOBODY

    def act() -> Act[Remedy]:
        return partial(remedies.submit, remedy_id=remedy_id)

    return _attempt(request, visitor, deps, reading, sent, remedy_id, act, done)


@router.post(f"{ONE}/withdraw")
def withdraw(
    request: Request, visitor: Proposer, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """Take it back before it is decided."""

    def act() -> Act[Remedy]:
        return partial(remedies.withdraw, remedy_id=remedy_id, note=sent.body(WithdrawBody).note)

    return _attempt(request, visitor, deps, reading, sent, remedy_id, act, Flash(N_("Taken back.")))


@router.post(f"{ONE}/revoke")
def revoke(
    request: Request, visitor: Revoker, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """End it before its time."""

    def act() -> Act[Remedy]:
        return partial(remedies.revoke, remedy_id=remedy_id, note=sent.body(DecisionBody).note)

    return _attempt(request, visitor, deps, reading, sent, remedy_id, act, Flash(N_("Revoked: it ends today.")))


def _attempt(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    sent: Sent,
    remedy_id: str,
    act: Callable[[], Act[Remedy]],
    done: Flash | Callable[[Remedy], Flash],
) -> Response:
    case_id, _ = remedy_search.get_case_and_client(reading.tx, remedy_id, only_branch=visitor.caller.branch)
    reading.close()
    return sent.attempt(
        visitor.caller,
        act,
        done=done,
        back_to=f"{path_of_case(case_id)}#remedies",
        again=lambda form: case_page(request, visitor, deps, reading, case_id, Back(form, remedy_id)),
    )
