"""The checker's inbox: what waits for a yes, the oldest first, with all that one needs to give it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from acts import remedies
from acts.performing import Act
from acts.roles import Permission, levels_of
from api.deps import ApiDeps, Deps
from api.errors import BadCursor
from api.paths import UuidPath
from api.reading import Reading, Snapshot
from api.remedies.reading import RemedyQuery, page_of_remedies, search_remedy_rows
from api.remedies.what_if import load_what_if_of_remedies
from api.web.cases.case_page import Back
from api.web.flash import Flash
from api.web.forms import BadFields, Sent, SentForm, Shown
from api.web.language.words import N_
from api.web.paths import local_path
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import MakerIsNotChecker, Remedy, TermsOver, WrongLevel, WrongRemedyState
from schemas.http_remedies import ApproveBody, DecisionBody, RemedyBody, WhatIfBody
from schemas.vocabulary import Level
from store.unit_of_work import Tx

router = APIRouter(include_in_schema=False)
Checker = Annotated[Visitor, needing_page(Permission.CHECK_REMEDIES)]
APPROVALS = "/desk/approvals"
ONE = "/desk/remedies/{remedy_id}"
_LONGEST = 1000  # of a cursor: no list hands out a longer one
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
class Filters:
    """What the inbox is narrowed to: empty for any."""

    level: str
    branch: str
    cursor: str | None

    def query(self) -> RemedyQuery:
        """For the API's list. Raises BadFields."""
        named = {"level": self.level or None, "branch": self.branch or None, "cursor": self.cursor}
        try:
            return RemedyQuery.model_validate(named | {"state": ["submitted"], "limit": _A_PAGE})
        except ValidationError as error:
            raise BadFields(error.errors(include_url=False)) from None

    def path(self, cursor: str | None = None) -> str:
        said = {"level": self.level, "branch": self.branch, "cursor": cursor}
        given = {name: value for name, value in said.items() if value}
        return f"{APPROVALS}?{urlencode(given)}" if given else APPROVALS


@router.get(APPROVALS)
def inbox(request: Request, visitor: Checker, deps: Deps, reading: Reading) -> Response:
    """What waits."""
    return _page(request, visitor, deps, reading, _filters(request.query_params.multi_items()))


@router.post(f"{ONE}/approve")
def approve(
    request: Request, visitor: Checker, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """A yes at the level whose turn it is."""

    def done(remedy: Remedy) -> Flash:
        return _NEXT_LEVEL if remedy.state == "submitted" else _APPROVED

    def act() -> Act[Remedy]:
        return partial(remedies.approve, remedy_id=remedy_id, note=sent.body(ApproveBody).note)

    return _decide(request, visitor, deps, reading, sent, remedy_id, act, done)


@router.post(f"{ONE}/return")
def send_back(
    request: Request, visitor: Checker, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """Back to its makers."""

    def act() -> Act[Remedy]:
        return partial(remedies.send_back, remedy_id=remedy_id, note=sent.body(DecisionBody).note)

    return _decide(request, visitor, deps, reading, sent, remedy_id, act, Flash(N_("Returned to its makers.")))


@router.post(f"{ONE}/reject")
def reject(
    request: Request, visitor: Checker, deps: Deps, reading: Reading, sent: SentForm, remedy_id: UuidPath
) -> Response:
    """A no, which ends it."""

    def act() -> Act[Remedy]:
        return partial(remedies.reject, remedy_id=remedy_id, note=sent.body(DecisionBody).note)

    return _decide(request, visitor, deps, reading, sent, remedy_id, act, Flash(N_("Rejected.")))


def _decide(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    sent: Sent,
    remedy_id: str,
    act: Callable[[], Act[Remedy]],
    done: Flash | Callable[[Remedy], Flash],
) -> Response:
    back_to = local_path(sent.one("back_to") or APPROVALS)
    filters = _filters(parse_qsl(back_to.partition("?")[2]))
    return sent.attempt(
        visitor.caller,
        act,
        done=done,
        back_to=back_to,
        again=lambda form: _page(request, visitor, deps, reading, filters, Back(form, remedy_id)),
    )


def _filters(given: Iterable[tuple[str, str]]) -> Filters:
    said = {name: value.strip() for name, value in given}
    return Filters(said.get("level", ""), said.get("branch", ""), said.get("cursor", "")[:_LONGEST] or None)


def _page(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    filters: Filters,
    back: Back | None = None,
) -> Response:
    wrong = Shown()
    try:
        query = filters.query()
        rows = search_remedy_rows(reading.tx, deps, visitor.caller, query)
    except BadCursor:
        return _page(request, visitor, deps, reading, Filters(filters.level, filters.branch, None), back)
    except BadFields as error:
        wrong = Sent(request, {"level": [filters.level], "branch": [filters.branch]}).shown(error)
        query = Filters("", "", None).query()
        rows = search_remedy_rows(reading.tx, deps, visitor.caller, query)
    found = page_of_remedies(reading.tx, deps, query, rows)
    return render(
        request,
        "approvals.html",
        status=422 if wrong.errors else 200,
        visitor=visitor,
        waiting=_waiting(reading.tx, visitor, deps, found.items, [row.remedy for row in rows]),
        ids=frozenset(remedy.remedy_id for remedy in found.items),
        filters=filters,
        wrong=wrong,
        levels=get_args(Level),
        back=back or Back(),
        here_again=filters.path(filters.cursor),
        next_url=filters.path(found.next) if found.next else None,
        first_url=filters.path() if filters.cursor else None,
    )


def _waiting(
    tx: Tx, visitor: Visitor, deps: ApiDeps, bodies: Sequence[RemedyBody], remedies: Sequence[Remedy]
) -> list[Waiting]:
    """Of the bodies shown; `remedies` begin with theirs."""
    what_if = load_what_if_of_remedies(tx, deps, remedies[: len(bodies)])
    return [
        Waiting(body, what_if.get(body.remedy_id, ()), why_not(visitor, deps, remedy))
        for body, remedy in zip(bodies, remedies, strict=False)
    ]


def why_not(visitor: Visitor, deps: ApiDeps, remedy: Remedy) -> WhyNot | None:
    """Tried out by the rules themselves; limits, which others may reach meanwhile, are left to the act."""
    caller = visitor.caller
    try:
        remedy_lifecycle.approve(remedy, remedy.route, levels_of(caller.role), caller.actor, deps.today(), None)
    except MakerIsNotChecker:
        return "maker" if caller.actor in remedy.makers else "checker"
    except WrongLevel:
        return "level"
    except TermsOver:
        return "over"
    except WrongRemedyState:
        return "moved"
    return None
