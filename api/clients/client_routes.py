"""GET /clients: who they are, what they moved each week, and their alerts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.alerts.listing import AlertQuery, alert_page
from api.auth import AlertReader, Caller, ClientReader
from api.clients.activity import Quiet, activity_body
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1
from casework.quiet.calendar import NOTHING, rest_weeks, suppressions
from schemas.events import ID_PATTERN
from schemas.http import Body, Line, Page
from schemas.http_alerts import AlertBody
from schemas.http_clients import ActivityBody, ClientBody
from schemas.keyset import Key
from schemas.verdicts import Grade
from schemas.weeks import Week, format_week
from store.clients import activity, client_search
from store.clients.activity import Activity
from store.clients.client_search import ClientFilter, ClientRow, ClientState
from store.quiet import calendar, movements
from store.unit_of_work import Tx

router = APIRouter(prefix=V1, tags=["clients"])
YEAR_WEEKS = 52  # the longest baseline looks that far back
# Ids may hold a slash, which is why the routes take the rest of the path.
ClientId = Annotated[str, Path(pattern=ID_PATTERN, max_length=64, examples=["C000123"])]


class ClientQuery(ListQuery):
    """Filters of the client list."""

    branch: Line | None = None
    tier: Line | None = None
    state: ClientState | None = None
    q: Line | None = Field(None, description="part of the id or the name, in either case")


class WeeksQuery(Body):
    """How far back the activity goes."""

    weeks: int = Field(YEAR_WEEKS, ge=1, le=520)


@router.get("/clients")
def list_clients(caller: ClientReader, deps: Deps, query: Annotated[ClientQuery, Query()]) -> Page[ClientBody]:
    """Clients in the order of their ids."""
    wanted = ClientFilter(query.branch, query.tier, query.state, query.q)
    after = query.after("clients", Key)
    with deps.store.read() as tx:
        rows = client_search.search(
            tx, wanted, only_branch=caller.branch, today=deps.today(), after=after, limit=query.limit + 1
        )
    return query.page("clients", rows, lambda row: row.client_id, client_body)


@router.get("/clients/{client_id:path}/activity")
def get_activity(
    caller: ClientReader, deps: Deps, client_id: ClientId, query: Annotated[WeeksQuery, Query()]
) -> ActivityBody:
    """Weekly debit and credit with their averages, oldest first, silent weeks included."""
    with deps.store.read() as tx:
        client = client_search.get(tx, client_id, only_branch=caller.branch, today=deps.today())
        found = activity.load(tx, client_id, query.weeks, YEAR_WEEKS)
        quiet = _quiet(tx, deps, client, found)
    return activity_body(client_id, found, deps.base_currency, quiet)


@router.get("/clients/{client_id:path}/alerts")
def list_client_alerts(
    caller: AlertReader, deps: Deps, client_id: ClientId, query: Annotated[AlertQuery, Query()]
) -> Page[AlertBody]:
    """The client's alerts, closed ones included, worst first."""
    visible_client(deps, caller, client_id)
    return alert_page(deps, caller, query, client_id=client_id)


@router.get("/clients/{client_id:path}")
def get_client(caller: ClientReader, deps: Deps, client_id: ClientId) -> ClientBody:
    """One client."""
    return client_body(visible_client(deps, caller, client_id))


def client_body(row: ClientRow) -> ClientBody:
    return ClientBody(
        client_id=row.client_id,
        name=row.name,
        kind=row.kind,
        branch_id=row.branch_id,
        tier=row.tier,
        industry=row.industry,
        relationship_manager=row.relationship_manager,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        state=row.state,
        alert=None if row.grade is None else "alarm" if row.grade is Grade.ALARM else "prompt",
        first_week=None if row.first_week is None else format_week(row.first_week),
    )


def _quiet(tx: Tx, deps: ApiDeps, client: ClientRow, found: Activity) -> Quiet:
    """What the calendar holds back of the weeks shown, and what a group explained."""
    if not found.states:
        return Quiet()
    first = found.first_week + found.lead_in
    last = found.first_week + len(found.states) - 1
    entries = calendar.of_client(tx, client.client_id, client.branch_id, first, last)
    resting = rest_weeks(deps.rules.holidays)
    held = (week for week in map(Week, range(first, last + 1)) if suppressions(entries, week, resting) != NOTHING)
    explained = movements.explained_of(tx, client.client_id, first)
    groups = {verdict.week: verdict.common.kind for verdict in explained if verdict.common is not None}
    return Quiet(frozenset(held), groups)


def visible_client(deps: ApiDeps, caller: Caller, client_id: str) -> ClientRow:
    """Raises NotFound, also for another branch's."""
    with deps.store.read() as tx:
        return client_search.get(tx, client_id, only_branch=caller.branch, today=deps.today())
