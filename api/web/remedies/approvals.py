"""The checker's inbox: what waits for a yes, the oldest first, with all that one needs to give it or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from fastapi import APIRouter, Response
from starlette.datastructures import QueryParams

from acts import remedies
from acts.performing import Act
from acts.roles import levels_of
from api.paths import UuidPath
from api.remedies.reading import RemedyQuery, page_of_remedies, search_remedy_rows
from api.remedies.what_if import load_what_if_of_remedies
from api.web.cases.case_page import Back
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.listing import listing
from api.web.paths import local_path
from api.web.rendering import render
from api.web.visitor import RemedyChecker, Visitor
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import MakerIsNotChecker, Remedy, TermsOver, WrongLevel, WrongRemedyState
from language.marking import N_
from schemas.http_remedies import ApproveBody, DecisionBody, RemedyBody, WhatIfBody
from schemas.vocabulary import Level

router = APIRouter(include_in_schema=False)
APPROVALS = "/desk/approvals"
ONE = "/desk/remedies/{remedy_id}"
_A_PAGE = 10  # each is read through before it is decided
_APPROVED = Flash(N_("Approved."))
_NEXT_LEVEL = Flash(N_("Your yes is kept. The next level is asked now."))
WhyNot = Literal["maker", "checker", "level", "over", "moved"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One remedy of the inbox. `why_not`: why this person may not decide; `over` hinders a yes alone."""

    remedy: RemedyBody
    what_if: Sequence[WhatIfBody]
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True)
class _Inbox:
    """One page of what waits."""

    items: list[Waiting]
    next: str | None


@router.get(APPROVALS)
def inbox(visitor: RemedyChecker) -> Response:
    """What waits."""
    return _page(visitor, visitor.request.query_params)


@router.post(f"{ONE}/approve")
def approve(visitor: RemedyChecker, sent: SentForm, remedy_id: UuidPath) -> Response:
    """A yes at the level whose turn it is."""

    def done(remedy: Remedy) -> Flash:
        return _NEXT_LEVEL if remedy.state == "submitted" else _APPROVED

    return _decide(visitor, sent, remedy_id, remedies.approve, ApproveBody, done)


@router.post(f"{ONE}/return")
def send_back(visitor: RemedyChecker, sent: SentForm, remedy_id: UuidPath) -> Response:
    """Back to its makers."""
    return _decide(visitor, sent, remedy_id, remedies.send_back, DecisionBody, Flash(N_("Returned to its makers.")))


@router.post(f"{ONE}/reject")
def reject(visitor: RemedyChecker, sent: SentForm, remedy_id: UuidPath) -> Response:
    """A no, which ends it."""
    return _decide(visitor, sent, remedy_id, remedies.reject, DecisionBody, Flash(N_("Rejected.")))


def _decide(
    visitor: Visitor,
    sent: Sent,
    remedy_id: str,
    decide: Callable[..., Remedy],
    body: type[ApproveBody | DecisionBody],
    done: Flash | Callable[[Remedy], Flash],
) -> Response:
    def act() -> Act[Remedy]:
        return partial(decide, remedy_id=remedy_id, note=sent.body(body).note)

    back_to = local_path(sent.one("back_to") or APPROVALS)
    filters = QueryParams(back_to.partition("?")[2])
    return sent.attempt(
        act, done=done, back_to=back_to, again=lambda form: _page(visitor, filters, Back(form, remedy_id))
    )


def _page(visitor: Visitor, filters: Mapping[str, str], back: Back | None = None) -> Response:
    """`filters` as an address says them."""
    found = listing(
        visitor,
        APPROVALS,
        RemedyQuery,
        partial(_read_inbox, visitor),
        names=("level", "branch"),
        asks=lambda given: {**given, "state": ["submitted"], "limit": _A_PAGE},
        address_says=filters,
    )
    return render(
        visitor,
        "approvals.html",
        status=found.status,
        found=found,
        ids=frozenset(each.remedy.remedy_id for each in found.items),
        levels=get_args(Level),
        back=back or Back(),
    )


def _read_inbox(visitor: Visitor, query: RemedyQuery) -> _Inbox:
    tx, deps = visitor.tx, visitor.deps
    rows = search_remedy_rows(tx, deps, visitor.caller, query)
    page = page_of_remedies(tx, deps, query, rows)
    waiting = [row.remedy for row in rows[: len(page.items)]]
    what_if = load_what_if_of_remedies(tx, deps, waiting)
    return _Inbox(
        [
            Waiting(body, what_if.get(body.remedy_id, ()), why_not(visitor, remedy))
            for body, remedy in zip(page.items, waiting, strict=True)
        ],
        page.next,
    )


def why_not(visitor: Visitor, remedy: Remedy) -> WhyNot | None:
    """Tried out by the rules themselves; limits, which others may reach meanwhile, are left to the act."""
    caller = visitor.caller
    try:
        remedy_lifecycle.approve(remedy, remedy.route, levels_of(caller.role), caller.actor, visitor.today, None)
    except MakerIsNotChecker:
        return "maker" if caller.actor in remedy.makers else "checker"
    except WrongLevel:
        return "level"
    except TermsOver:
        return "over"
    except WrongRemedyState:
        return "moved"
    return None
