"""Forming a task force about a client: who leads it, who belongs to it, and about which alerts."""

from __future__ import annotations

import re

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.alerts.listing import AlertQuery, search_alerts
from api.cases.case_routes import form_act
from api.clients.reading import get_client_row
from api.deps import ApiDeps
from api.pagination import MOST
from api.web.alerts.monday import UNCLOSED
from api.web.alerts.sentences import sentence
from api.web.cases.case_list import CASES, OPEN
from api.web.cases.case_page import JOINING, path_of_case
from api.web.flash import Flash
from api.web.forms import FormState, Sent, SentForm
from api.web.rendering import render
from api.web.visitor import CaseFormer, Visitor
from casework.cases.case_lifecycle import Case, relapses
from language.marking import N_
from schemas.errors import NotFound
from schemas.events import ID_PATTERN
from schemas.http_alerts import AlertBody
from schemas.http_cases import OpenCaseBody
from schemas.weeks import parse_week
from store.cases import case_rows, case_search
from store.cases.case_search import CaseFilter

router = APIRouter(include_in_schema=False)
NEW = f"{CASES}/new"
PLACES = range(1, 6)  # lines for members: more can join afterwards
_ID = re.compile(ID_PATTERN)


@router.get(NEW)
def new_case(visitor: CaseFormer, client_id: str = "") -> Response:
    """The form; without a client the question which one."""
    asked = client_id.strip()
    if asked and not _ID.fullmatch(asked):
        raise NotFound("client", asked)
    return _page(visitor, asked or None)


@router.post(NEW)
def form_task_force(visitor: CaseFormer, sent: SentForm) -> Response:
    """Open the case, and on to it."""
    chosen = frozenset(sent.all("alert_ids"))
    return sent.attempt(
        lambda: form_act(_body(sent)),
        done=Flash(N_("The task force stands.")),
        back_to=lambda case: path_of_case(case.case_id),
        again=lambda form: _page(visitor, sent.one("client_id"), form, chosen),
    )


def _body(sent: Sent) -> OpenCaseBody:
    """No alert ticked would mean all of them. Lines without a user are empty lines."""
    sent.must_have("client_id", "alert_ids")
    named = [(sent.one(f"user_{n}"), sent.one(f"role_{n}")) for n in PLACES]
    members = [{"user": user.strip(), "role": role or "member"} for user, role in named if user]
    return sent.body(OpenCaseBody, members=members)


def _page(
    visitor: Visitor,
    client_id: str | None,
    form: FormState | None = None,
    chosen: frozenset[str] | None = None,
) -> Response:
    if client_id is None:
        return render(visitor, "case_which.html")
    tx, deps = visitor.tx, visitor.deps
    client = get_client_row(tx, deps, visitor.caller, client_id)
    there = case_search.search(
        tx, CaseFilter(states=OPEN, client_id=client_id), only_branch=None, after=None, limit=1
    )
    if there and form is None:
        return RedirectResponse(path_of_case(there[0].case_id), 303)
    query = AlertQuery.model_validate({"state": [*UNCLOSED], "limit": MOST})
    found = search_alerts(tx, deps, visitor.caller, query, client_id=client_id).items
    last = case_rows.find_last_closed(tx, client_id)
    return render(
        visitor,
        "case_new.html",
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
