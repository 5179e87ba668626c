"""GET /alerts, and what people do about one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import etag
from api.alerts.bodies import alert_body, alert_detail_body
from api.alerts.listing import AlertQuery, alert_page
from api.alerts.trace import alert_trace
from api.auth import AlertActor, AlertReader, Caller
from api.changes import Done, Post, Posted, perform
from api.deps import ApiDeps, Deps
from api.paths import V1
from casework.alerts import actions
from casework.alerts.episodes import Episode
from casework.quiet.closings import consequences
from schemas.http import Page
from schemas.http_alerts import (
    AcknowledgeBody,
    AlertBody,
    AlertDetailBody,
    AssignBody,
    CloseBody,
    SnoozeBody,
)
from schemas.weeks import parse_week
from store.alerts import alert_rows, alert_search
from store.quiet import closings
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/alerts", tags=["alerts"])
AlertId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get("")
def list_alerts(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> Page[AlertBody]:
    """Alerts, the worst grade first, then the most money at risk."""
    return alert_page(deps, caller, query)


@router.get("/{alert_id}")
def get_alert(caller: AlertReader, deps: Deps, alert_id: AlertId, response: Response) -> AlertDetailBody:
    """One alert with the evidence of each of its weeks."""
    with deps.store.read() as tx:
        row = alert_search.get(tx, alert_id, only_branch=caller.branch)
        episode = alert_rows.get(tx, alert_id)
    response.headers["ETag"] = etag.etag(row.message.revision)
    return alert_detail_body(row, deps.rules.hold_out, episode, deps.base_currency)


@router.post("/{alert_id}/acknowledge", response_model=AlertBody)
def acknowledge(
    caller: AlertActor, deps: Deps, post: Posted, alert_id: AlertId, _body: AcknowledgeBody | None = None
) -> Response:
    """Someone has seen it and, where nobody had it, takes it."""
    return _act(deps, caller, post, alert_id, "acknowledge", lambda e: actions.acknowledge(e, caller.actor))


@router.post("/{alert_id}/snooze", response_model=AlertBody)
def snooze(caller: AlertActor, deps: Deps, post: Posted, alert_id: AlertId, body: SnoozeBody) -> Response:
    """Leave it alone until a day, at most a quarter away, or until it becomes an alarm."""

    def act(episode: Episode) -> Episode:
        return actions.snooze(episode, body.until, body.reason, deps.today())

    return _act(deps, caller, post, alert_id, "snooze", act)


@router.post("/{alert_id}/close", response_model=AlertBody)
def close(caller: AlertActor, deps: Deps, post: Posted, alert_id: AlertId, body: CloseBody) -> Response:
    """End it with what it turned out to be."""
    first, last = (None if week is None else parse_week(week) for week in (body.first_week, body.last_week))

    def follow(tx: Tx, after: Episode) -> None:
        found = consequences([after], first_week=first, last_week=last)
        closings.save(tx, found, caller.actor, deps.clock())

    return _act(deps, caller, post, alert_id, "close", lambda e: actions.close(e, body.outcome, body.note), follow)


@router.post("/{alert_id}/assign", response_model=AlertBody)
def assign(caller: AlertActor, deps: Deps, post: Posted, alert_id: AlertId, body: AssignBody) -> Response:
    """Give it to someone, or to nobody."""
    return _act(deps, caller, post, alert_id, "assign", lambda e: actions.assign(e, body.assignee))


def _act(
    deps: ApiDeps,
    caller: Caller,
    post: Post,
    alert_id: str,
    name: str,
    act: Callable[[Episode], Episode],
    follow: Callable[[Tx, Episode], None] = lambda _tx, _after: None,
) -> Response:
    """1. Is it theirs to see. 2. Lock it. 3. Is it the revision they meant. 4. Act. 5. Keep what changed, and what
    follows from it.
    """

    def work(tx: Tx) -> Done:
        alert_search.get(tx, alert_id, only_branch=caller.branch)
        before = alert_rows.get(tx, alert_id, for_update=True)
        etag.check(post.if_match, before.revision)
        after = act(before)
        trace = None
        if after is not before:
            facts = alert_rows.client_facts(tx, [after.client_id])[after.client_id]
            alert_rows.save(tx, after, facts, deps.base_currency, deps.clock())
            follow(tx, after)
            trace = alert_trace(name, before, after)
        row = alert_search.get(tx, alert_id, only_branch=caller.branch)
        return Done(alert_body(row, deps.rules.hold_out), trace, row.message.revision)

    return perform(deps, caller, post, work)
