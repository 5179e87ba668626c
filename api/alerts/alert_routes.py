"""GET /alerts, and what people do about one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from acts import alerts
from acts.callers import Caller
from acts.performing import Act, ActContext, ActRequest
from api import etag
from api.alerts.bodies import alert_body, alert_detail_body
from api.alerts.listing import AlertQuery, search_alerts
from api.auth import AlertActor, AlertReader
from api.changes import Posted, Shown, answer_act
from api.deps import ApiDeps, Deps
from api.paths import V1, UuidPath
from casework.alerts.episodes import Episode
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

router = APIRouter(prefix=f"{V1}/alerts", tags=["alerts"])


@router.get("")
def list_alerts(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> Page[AlertBody]:
    """Alerts: falls before rises, the worst grade first, then the most income at risk that can still be saved."""
    with deps.store.read() as tx:
        return search_alerts(tx, deps, caller, query)


@router.get("/{alert_id}")
def get_alert(caller: AlertReader, deps: Deps, alert_id: UuidPath, response: Response) -> AlertDetailBody:
    """One alert with the evidence of each of its weeks."""
    with deps.store.read() as tx:
        row = alert_search.get(tx, alert_id, deps.as_of(), only_branch=caller.branch)
        episode = alert_rows.get(tx, alert_id)
    response.headers["ETag"] = etag.format_etag(row.message.revision)
    return alert_detail_body(row, deps.rules.hold_out, episode, deps.base_currency)


@router.post("/{alert_id}/acknowledge", response_model=AlertBody)
def acknowledge(
    caller: AlertActor, deps: Deps, post: Posted, alert_id: UuidPath, _body: AcknowledgeBody | None = None
) -> Response:
    """Someone has seen it and, where nobody had it, takes it."""
    return _answer(deps, caller, post, partial(alerts.acknowledge, alert_id=alert_id))


@router.post("/{alert_id}/snooze", response_model=AlertBody)
def snooze(caller: AlertActor, deps: Deps, post: Posted, alert_id: UuidPath, body: SnoozeBody) -> Response:
    """Leave it alone until a day, at most a quarter away, or until it becomes an alarm."""
    act = partial(alerts.snooze, alert_id=alert_id, until=body.until, reason=body.reason)
    return _answer(deps, caller, post, act)


@router.post("/{alert_id}/close", response_model=AlertBody)
def close(caller: AlertActor, deps: Deps, post: Posted, alert_id: UuidPath, body: CloseBody) -> Response:
    """End it with what it turned out to be."""
    return _answer(deps, caller, post, close_act(alert_id, body))


@router.post("/{alert_id}/assign", response_model=AlertBody)
def assign(caller: AlertActor, deps: Deps, post: Posted, alert_id: UuidPath, body: AssignBody) -> Response:
    """Give it to someone, or to nobody."""
    return _answer(deps, caller, post, partial(alerts.assign, alert_id=alert_id, assignee=body.assignee))


def close_act(alert_id: str, body: CloseBody) -> Act[Episode]:
    """The act that a body asks for."""
    first, last = (None if week is None else parse_week(week) for week in (body.first_week, body.last_week))
    return partial(
        alerts.close, alert_id=alert_id, outcome=body.outcome, note=body.note, first_week=first, last_week=last
    )


def _answer(deps: ApiDeps, caller: Caller, post: ActRequest, act: Act[Episode]) -> Response:
    """Perform the act, and show the alert as it then is."""

    def show(context: ActContext, episode: Episode) -> Shown:
        row = alert_search.get(context.tx, episode.alert_id, deps.as_of(), only_branch=caller.branch)
        return Shown(alert_body(row, deps.rules.hold_out, deps.base_currency), row.message.revision)

    return answer_act(deps, caller, post, act, show)
