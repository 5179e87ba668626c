"""The checker's inbox: what waits for a yes, the oldest first, with all that one needs to give it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.deps import ApiDeps, Deps
from api.errors import BadCursor
from api.remedies.reading import RemedyQuery, remedy_page
from api.remedies.remedy_decisions import approve, reject, send_back
from api.remedies.remedy_routes import RemedyId
from api.remedies.what_if import UpgradeQuery, what_if_of_remedy
from api.roles import LEVELS, Permission
from api.web.cases.case_page import Back
from api.web.flash import Flash
from api.web.forms import BadFields, Sent, SentForm, Shown
from api.web.language.words import N_
from api.web.paths import local_path
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import (
    Level,
    MakerIsNotChecker,
    Remedy,
    TermsOver,
    WrongLevel,
    WrongRemedyState,
)
from casework.remedies.terms import CONCESSIONS
from schemas.http_remedies import ApproveBody, DecisionBody, RemedyBody, WhatIfBody
from store.remedies import remedy_rows

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
def inbox(request: Request, visitor: Checker, deps: Deps) -> Response:
    """What waits."""
    return _page(request, visitor, deps, _filters(request.query_params.multi_items()))


@router.post(f"{ONE}/approve")
def say_yes(request: Request, visitor: Checker, deps: Deps, sent: SentForm, remedy_id: RemedyId) -> Response:
    """A yes at the level whose turn it is."""

    def done(answer: Response) -> Flash:
        state = RemedyBody.model_validate_json(bytes(answer.body)).state
        return _NEXT_LEVEL if state == "submitted" else _APPROVED

    return _decide(
        request,
        visitor,
        deps,
        sent,
        remedy_id,
        lambda: approve(visitor.caller, deps, sent.post, remedy_id, sent.body(ApproveBody)),
        done,
    )


@router.post(f"{ONE}/return")
def return_it(request: Request, visitor: Checker, deps: Deps, sent: SentForm, remedy_id: RemedyId) -> Response:
    """Back to its makers."""
    return _decide(
        request,
        visitor,
        deps,
        sent,
        remedy_id,
        lambda: send_back(visitor.caller, deps, sent.post, remedy_id, sent.body(DecisionBody)),
        Flash(N_("Returned to its makers.")),
    )


@router.post(f"{ONE}/reject")
def say_no(request: Request, visitor: Checker, deps: Deps, sent: SentForm, remedy_id: RemedyId) -> Response:
    """A no, which ends it."""
    return _decide(
        request,
        visitor,
        deps,
        sent,
        remedy_id,
        lambda: reject(visitor.caller, deps, sent.post, remedy_id, sent.body(DecisionBody)),
        Flash(N_("Rejected.")),
    )


def _decide(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    sent: Sent,
    remedy_id: str,
    act: Callable[[], Response],
    done: Flash | Callable[[Response], Flash],
) -> Response:
    back_to = local_path(sent.one("back_to") or APPROVALS)
    filters = _filters(parse_qsl(back_to.partition("?")[2]))
    return sent.attempt(
        act,
        done=done,
        back_to=back_to,
        again=lambda form: _page(request, visitor, deps, filters, Back(form, remedy_id)),
    )


def _filters(given: Iterable[tuple[str, str]]) -> Filters:
    said = {name: value.strip() for name, value in given}
    return Filters(said.get("level", ""), said.get("branch", ""), said.get("cursor", "")[:_LONGEST] or None)


def _page(
    request: Request, visitor: Visitor, deps: ApiDeps, filters: Filters, back: Back | None = None
) -> Response:
    wrong = Shown()
    try:
        found = remedy_page(deps, visitor.caller, filters.query())
    except BadCursor:
        return _page(request, visitor, deps, Filters(filters.level, filters.branch, None), back)
    except BadFields as error:
        wrong = Sent(request, {"level": [filters.level], "branch": [filters.branch]}).shown(error)
        found = remedy_page(deps, visitor.caller, Filters("", "", None).query())
    return render(
        request,
        "approvals.html",
        status=422 if wrong.errors else 200,
        visitor=visitor,
        waiting=_waiting(visitor, deps, found.items),
        ids=frozenset(remedy.remedy_id for remedy in found.items),
        filters=filters,
        wrong=wrong,
        levels=get_args(Level),
        back=back or Back(),
        here_again=filters.path(filters.cursor),
        next_url=filters.path(found.next) if found.next else None,
        first_url=filters.path() if filters.cursor else None,
    )


def _waiting(visitor: Visitor, deps: ApiDeps, found: Sequence[RemedyBody]) -> list[Waiting]:
    with deps.store.read() as tx:
        kept = {each.remedy_id: each for each in remedy_rows.of_ids(tx, [body.remedy_id for body in found])}
    return [
        Waiting(
            body,
            what_if_of_remedy(visitor.caller, deps, body.remedy_id, UpgradeQuery()).items
            if body.type in CONCESSIONS
            else (),
            why_not(visitor, deps, kept[body.remedy_id]),
        )
        for body in found
    ]


def why_not(visitor: Visitor, deps: ApiDeps, remedy: Remedy) -> WhyNot | None:
    """Tried out by the rules themselves; limits, which others may reach meanwhile, are left to the act."""
    caller = visitor.caller
    try:
        remedy_lifecycle.approve(remedy, remedy.route, LEVELS[caller.role], caller.actor, deps.today(), None)
    except MakerIsNotChecker:
        return "maker" if caller.actor in remedy.makers else "checker"
    except WrongLevel:
        return "level"
    except TermsOver:
        return "over"
    except WrongRemedyState:
        return "moved"
    return None
