"""Forming a task force about a client: who leads it, who belongs to it, and about which alerts."""

from __future__ import annotations

import re
from typing import Annotated, get_args

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from acts.roles import Permission
from api.alerts.listing import AlertQuery, search_alerts
from api.cases.case_routes import form_act
from api.deps import ApiDeps, Deps
from api.pagination import MOST
from api.reading import Reading, Snapshot
from api.web.alerts.sentences import sentence
from api.web.cases.case_list import CASES, OPEN
from api.web.flash import Flash
from api.web.forms import Sent, SentForm, Shown
from api.web.language.case_words import MEMBER_ROLES
from api.web.language.words import N_
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from casework.cases.case_lifecycle import Case, relapses
from schemas.errors import NotFound
from schemas.events import ID_PATTERN
from schemas.http_alerts import AlertBody
from schemas.http_cases import OpenCaseBody
from schemas.vocabulary import AlertState
from schemas.weeks import parse_week
from store.cases import case_rows, case_search
from store.cases.case_search import CaseFilter
from store.clients import client_search

router = APIRouter(include_in_schema=False)
Former = Annotated[Visitor, needing_page(Permission.FORM_CASES)]
NEW = f"{CASES}/new"
PLACES = range(1, 6)  # lines for members: more can join afterwards
JOINING = tuple(role for role in MEMBER_ROLES if role != "lead")
_ID = re.compile(ID_PATTERN)
_UNCLOSED = [state for state in get_args(AlertState) if state != "closed"]


@router.get(NEW)
def new_case(request: Request, visitor: Former, deps: Deps, reading: Reading, client_id: str = "") -> Response:
    """The form; without a client the question which one."""
    asked = client_id.strip()
    if asked and not _ID.fullmatch(asked):
        raise NotFound("client", asked)
    return _page(request, visitor, deps, reading, asked or None)


@router.post(NEW)
def form_task_force(request: Request, visitor: Former, deps: Deps, reading: Reading, sent: SentForm) -> Response:
    """Open the case, and on to it."""
    chosen = frozenset(sent.all("alert_ids"))
    return sent.attempt(
        visitor.caller,
        lambda: form_act(_body(sent)),
        done=Flash(N_("The task force stands.")),
        back_to=lambda case: f"{CASES}/{case.case_id}",
        again=lambda form: _page(request, visitor, deps, reading, sent.one("client_id"), form, chosen),
    )


def _body(sent: Sent) -> OpenCaseBody:
    """No alert ticked would mean all of them. Lines without a user are empty lines."""
    sent.must_have("client_id", "alert_ids")
    named = [(sent.one(f"user_{n}"), sent.one(f"role_{n}")) for n in PLACES]
    members = [{"user": user.strip(), "role": role or "member"} for user, role in named if user]
    return sent.body(OpenCaseBody, members=members)


def _page(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    client_id: str | None,
    form: Shown | None = None,
    chosen: frozenset[str] | None = None,
) -> Response:
    if client_id is None:
        return render(request, "case_which.html", visitor=visitor)
    open_ones = CaseFilter(states=OPEN, client_id=client_id)
    client = client_search.get(reading.tx, client_id, only_branch=visitor.caller.branch, today=deps.today())
    there = case_search.search(reading.tx, open_ones, only_branch=None, after=None, limit=1)
    if there and form is None:
        return RedirectResponse(f"{CASES}/{there[0].case_id}", 303)
    query = AlertQuery.model_validate({"state": _UNCLOSED, "limit": MOST})
    found = search_alerts(reading.tx, deps, visitor.caller, query, client_id=client_id).items
    last = case_rows.find_last_closed(reading.tx, client_id)
    return render(
        request,
        "case_new.html",
        visitor=visitor,
        client=client,
        alerts=[(alert, sentence(alert, visitor.language)) for alert in found],
        chosen=frozenset(alert.alert_id for alert in found) if chosen is None else chosen,
        there=there[0].case_id if there else None,
        comes_back=last is not None and _comes_back(deps, last, found),
        form=form,
        places=PLACES,
        roles=JOINING,
    )


def _comes_back(deps: ApiDeps, last: Case, alerts: list[AlertBody]) -> bool:
    """Whether the client's last case would be opened again: see acts.cases.form."""
    newest = max((parse_week(alert.week) for alert in alerts), default=None)
    return newest is not None and relapses(last, newest, deps.rules.cases)
