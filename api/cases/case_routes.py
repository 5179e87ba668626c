"""Cases: forming a task force about a client, moving the case on, and closing it with what it turned out to be."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api import etag
from api.auth import Caller, CaseFormer, CaseReader, CaseWorker
from api.cases.acts import Worked, act_on_case, keep
from api.cases.bodies import case_body
from api.cases.opening import any_alarm, chosen_alerts, form, must_be_open, taken
from api.cases.reading import case_detail
from api.changes import Done, Posted, perform
from api.deps import Deps
from api.pagination import ListQuery
from api.paths import V1
from api.roles import Permission, may
from casework.alerts import actions
from casework.alerts.actions import NotAllowedByRules
from casework.cases import case_lifecycle
from casework.cases.case_lifecycle import Case
from casework.quiet.closings import consequences
from casework.remedies.remedy_lifecycle import UNDECIDED
from schemas.errors import Forbidden
from schemas.http import IdText, Line, Page
from schemas.http_cases import (
    AddAlertsBody,
    CaseBody,
    CaseDetailBody,
    CaseStateName,
    CloseCaseBody,
    OpenCaseBody,
    TransitionBody,
)
from store.alerts import alert_rows
from store.cases import case_search
from store.cases.case_search import CaseFilter, CasePlace
from store.clients import client_search
from store.quiet import closings
from store.remedies import remedy_rows
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/cases", tags=["cases"])
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_NO_REMEDY = frozenset({"rejected", "withdrawn", "revoked"})  # nothing is left of it to be done


class CaseQuery(ListQuery):
    """Filters of the list of cases. Each looks at the field of its name."""

    state: list[CaseStateName] = Field(default_factory=list, max_length=8, description="any of these; repeat it")
    branch: Line | None = None
    lead: Line | None = None
    client_id: IdText | None = None
    member: Line | None = Field(None, description="belongs to the task force now")


@router.get("")
def list_cases(caller: CaseReader, deps: Deps, query: Annotated[CaseQuery, Query()]) -> Page[CaseBody]:
    """Cases, the newest first."""
    after = query.after("cases", CasePlace)
    wanted = CaseFilter(tuple(query.state), query.branch, query.lead, query.client_id, query.member)
    with deps.store.read() as tx:
        rows = case_search.search(tx, wanted, only_branch=caller.branch, after=after, limit=query.limit + 1)
    return query.page("cases", rows, lambda row: row.place, lambda row: case_body(row, deps.base_currency))


@router.post("", response_model=CaseDetailBody)
def open_case(caller: CaseFormer, deps: Deps, post: Posted, body: OpenCaseBody) -> Response:
    """Form a task force about a client's alerts. What was closed within the last half-year is opened again."""

    def work(tx: Tx) -> Done:
        client_search.get(tx, body.client_id, only_branch=caller.branch, today=deps.today())
        before, worked = form(deps, caller, tx, body)
        return keep(deps, caller, tx, before, worked)

    return perform(deps, caller, post, work)


@router.get("/{case_id}")
def get_case(caller: CaseReader, deps: Deps, case_id: CaseId, response: Response) -> CaseDetailBody:
    """One case with its task force, tasks, minutes, deadlines and timeline."""
    with deps.store.read() as tx:
        found = case_detail(deps, caller, tx, case_id)
    response.headers["ETag"] = etag.etag(found.revision)
    return found


@router.post("/{case_id}/transitions", response_model=CaseDetailBody)
def move_case(caller: CaseWorker, deps: Deps, post: Posted, case_id: CaseId, body: TransitionBody) -> Response:
    """Move it on, suspend it until a day, or open it again; it is closed by `close` alone."""
    _must_fit(caller, body)

    def work(tx: Tx, case: Case) -> Worked:
        if body.to == "suspended" and body.until is not None:
            return Worked("suspend", case_lifecycle.suspend(case, body.until, deps.today()), body.note)
        if body.to == "reopened":
            return Worked("reopen", case_lifecycle.reopen(case), body.note)
        has_remedy = not _NO_REMEDY.issuperset(remedy_rows.states_of_case(tx, case_id).values())
        moved = case_lifecycle.move(
            case, body.to, today=deps.today(), rules=deps.rules.cases, has_remedy=has_remedy
        )
        return Worked("resume" if case.state == "suspended" else "move", moved, body.note)

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/{case_id}/alerts", response_model=CaseDetailBody)
def add_alerts(caller: CaseWorker, deps: Deps, post: Posted, case_id: CaseId, body: AddAlertsBody) -> Response:
    """Further alerts of the client belong to it."""

    def work(tx: Tx, case: Case) -> Worked:
        case_lifecycle.must_be_open(case)
        episodes = chosen_alerts(tx, case.client_id, body.alert_ids)
        must_be_open(case.client_id, episodes)
        ids = [episode.alert_id for episode in episodes]
        return taken(
            Worked("add_alerts", case_lifecycle.add_alerts(case, ids, alarm=any_alarm(episodes))), episodes
        )

    return act_on_case(deps, caller, post, case_id, work)


@router.post("/{case_id}/close", response_model=CaseDetailBody)
def close_case(caller: CaseFormer, deps: Deps, post: Posted, case_id: CaseId, body: CloseCaseBody) -> Response:
    """End it, and its alerts with it, with what it turned out to be."""

    def work(tx: Tx, case: Case) -> Worked:
        states = remedy_rows.states_of_case(tx, case_id)
        closed = case_lifecycle.close(
            case,
            truth=body.truth,
            retention=body.retention,
            cause=body.cause,
            undecided=[remedy_id for remedy_id, state in states.items() if state in UNDECIDED],
            at=deps.clock(),
            week=deps.calendar.week_at(deps.clock()),
        )
        if closed is case:
            return Worked("close", case)
        still = [e for e in alert_rows.get_all(tx, case.alert_ids, for_update=True).values() if e.state != "closed"]
        pairs = tuple((e, actions.close(e, body.truth, body.note or body.cause)) for e in still)
        closings.save(tx, consequences([after for _, after in pairs]), caller.actor, deps.clock())
        return replace(Worked("close", closed, body.note), alerts=pairs, alert_act="close")

    return act_on_case(deps, caller, post, case_id, work)


def _must_fit(caller: Caller, body: TransitionBody) -> None:
    if body.to == "closed":
        raise NotAllowedByRules("to", "a case is closed by POST close, with what it turned out to be")
    if body.to == "suspended" and body.until is None:
        raise NotAllowedByRules("until", "a suspended case needs its diary date")
    if body.to != "suspended" and body.until is not None:
        raise NotAllowedByRules("until", "only a suspended case has a diary date")
    if body.to == "reopened" and not may(caller.role, Permission.FORM_CASES):
        raise Forbidden(f"{caller.role} may not {Permission.FORM_CASES}")
