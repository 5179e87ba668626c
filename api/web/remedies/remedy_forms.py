"""What a case's people do with a remedy: propose it, change it, submit it, take it back, revoke it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from fastapi import APIRouter, Response

from acts import remedies
from acts.performing import Act
from api.paths import UuidPath
from api.remedies.bodies import read_proposed_terms
from api.remedies.what_if import WhatIfQuery, load_what_if_of_case
from api.web.amounts import body_with_amounts
from api.web.cases.case_page import Back, case_page, path_of_case
from api.web.cases.remedy_form import AMOUNTS, asked_what_if
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.rendering import render
from api.web.visitor import CaseReader, RemedyProposer, RemedyRevoker, Visitor
from casework.remedies.remedy_lifecycle import Remedy
from language.marking import N_
from schemas.http_remedies import DecisionBody, ProposeBody, TermsBody, WhatIfBody, WithdrawBody
from store.remedies import remedy_search

router = APIRouter(include_in_schema=False)
ONE = "/desk/remedies/{remedy_id}"
_SUBMITTED = Flash(N_("Submitted: it waits for approval."))
_NEEDS_NOBODY = Flash(N_("Nobody has to approve it: it holds from now on."))


@router.get("/desk/cases/{case_id}/what-if")
def what_if_part(visitor: CaseReader, case_id: UuidPath) -> Response:
    """The answers alone, for a script that asks while one types."""

    def answer(query: WhatIfQuery) -> Sequence[WhatIfBody]:
        return load_what_if_of_case(visitor.tx, visitor.deps, visitor.caller, case_id, query)

    asked = asked_what_if(visitor, visitor.request.query_params, answer, show_errors=True)
    return render(visitor, "parts/what_if.html", what_if=asked)


@router.post("/desk/cases/{case_id}/remedies")
def propose(visitor: RemedyProposer, sent: SentForm, case_id: UuidPath) -> Response:
    """A draft."""

    def act() -> Act[Remedy]:
        sent.must_have("type")
        body = body_with_amounts(sent, ProposeBody, AMOUNTS)
        proposed = read_proposed_terms(body, visitor.deps.base_currency)
        owner, renews = body.owner, body.renews
        return partial(
            remedies.propose, case_id=case_id, kind=body.type, proposed=proposed, owner=owner, renews=renews
        )

    return _attempt(visitor, sent, case_id, act, Flash(N_("Kept as a draft. Submit it when it is ready.")))


@router.post(f"{ONE}/revise")
def revise(visitor: RemedyProposer, sent: SentForm, remedy_id: UuidPath) -> Response:
    """Other terms in place of the old ones."""

    def act() -> Act[Remedy]:
        body = body_with_amounts(sent, TermsBody, AMOUNTS)
        proposed = read_proposed_terms(body, visitor.deps.base_currency)
        return partial(remedies.revise, remedy_id=remedy_id, proposed=proposed, owner=body.owner)

    return _change(visitor, sent, remedy_id, act, Flash(N_("Terms changed: it is a draft again.")))


@router.post(f"{ONE}/submit")
def submit(visitor: RemedyProposer, sent: SentForm, remedy_id: UuidPath) -> Response:
    """Ask for approval; what costs nothing needs none."""
    act = partial(remedies.submit, remedy_id=remedy_id)

    def done(remedy: Remedy) -> Flash:
        return _SUBMITTED if remedy.state == "submitted" else _NEEDS_NOBODY

    return _change(visitor, sent, remedy_id, lambda: act, done)


@router.post(f"{ONE}/withdraw")
def withdraw(visitor: RemedyProposer, sent: SentForm, remedy_id: UuidPath) -> Response:
    """Take it back before it is decided."""

    def act() -> Act[Remedy]:
        return partial(remedies.withdraw, remedy_id=remedy_id, note=sent.body(WithdrawBody).note)

    return _change(visitor, sent, remedy_id, act, Flash(N_("Taken back.")))


@router.post(f"{ONE}/revoke")
def revoke(visitor: RemedyRevoker, sent: SentForm, remedy_id: UuidPath) -> Response:
    """End it before its time."""

    def act() -> Act[Remedy]:
        return partial(remedies.revoke, remedy_id=remedy_id, note=sent.body(DecisionBody).note)

    return _change(visitor, sent, remedy_id, act, Flash(N_("Revoked: it ends today.")))


def _change(
    visitor: Visitor,
    sent: Sent,
    remedy_id: str,
    act: Callable[[], Act[Remedy]],
    done: Flash | Callable[[Remedy], Flash],
) -> Response:
    """Raises NotFound, also for another branch's remedy."""
    case_id, _ = remedy_search.get_case_and_client(visitor.tx, remedy_id, only_branch=visitor.branch)
    visitor.reading.close()
    return _attempt(visitor, sent, case_id, act, done, remedy_id)


def _attempt(
    visitor: Visitor,
    sent: Sent,
    case_id: str,
    act: Callable[[], Act[Remedy]],
    done: Flash | Callable[[Remedy], Flash],
    remedy_id: str = "",
) -> Response:
    return sent.attempt(
        act,
        done=done,
        back_to=f"{path_of_case(case_id)}#remedies",
        again=lambda form: case_page(visitor, case_id, Back(form, remedy_id)),
    )
