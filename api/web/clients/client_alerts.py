"""What is done about one alert, on the page of its client."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response

from acts import alerts
from acts.performing import Act
from acts.roles import Permission
from api.alerts.alert_routes import close_act
from api.deps import ApiDeps, Deps
from api.paths import UuidPath
from api.reading import Reading, Snapshot
from api.web.clients.client_page import client_page
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.words import N_
from api.web.rendering import client_path
from api.web.sign_in.session import Visitor, needing_page
from casework.alerts.episodes import Episode
from schemas.http_alerts import AssignBody, CloseBody, SnoozeBody
from store.alerts import alert_search

router = APIRouter(prefix="/desk/alerts/{alert_id}", include_in_schema=False)
Actor = Annotated[Visitor, needing_page(Permission.ACT_ON_ALERTS)]


@router.post("/acknowledge")
def acknowledge(
    request: Request, visitor: Actor, deps: Deps, reading: Reading, sent: SentForm, alert_id: UuidPath
) -> Response:
    """Whoever sends it has seen the alert."""

    def act() -> Act[Episode]:
        return partial(alerts.acknowledge, alert_id=alert_id)

    done = Flash(N_("Acknowledged: it is in somebody's hands now."))
    return _attempt(request, visitor, deps, reading, sent, alert_id, act, done)


@router.post("/snooze")
def snooze(
    request: Request, visitor: Actor, deps: Deps, reading: Reading, sent: SentForm, alert_id: UuidPath
) -> Response:
    """Leave it alone until a day."""

    def act() -> Act[Episode]:
        body = sent.body(SnoozeBody)
        return partial(alerts.snooze, alert_id=alert_id, until=body.until, reason=body.reason)

    done = Flash(N_("Snoozed: it comes back on that day, or as an alarm."))
    return _attempt(request, visitor, deps, reading, sent, alert_id, act, done)


@router.post("/assign")
def assign(
    request: Request, visitor: Actor, deps: Deps, reading: Reading, sent: SentForm, alert_id: UuidPath
) -> Response:
    """Give it to someone, or to nobody."""

    def act() -> Act[Episode]:
        body = sent.body(AssignBody, assignee=sent.one("assignee"))
        return partial(alerts.assign, alert_id=alert_id, assignee=body.assignee)

    return _attempt(request, visitor, deps, reading, sent, alert_id, act, Flash(N_("Assigned.")))


@router.post("/close")
def close(
    request: Request, visitor: Actor, deps: Deps, reading: Reading, sent: SentForm, alert_id: UuidPath
) -> Response:
    """End it with what it turned out to be."""

    def act() -> Act[Episode]:
        return close_act(alert_id, sent.body(CloseBody))

    return _attempt(request, visitor, deps, reading, sent, alert_id, act, Flash(N_("The alert is closed.")))


def _attempt(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    sent: Sent,
    alert_id: str,
    act: Callable[[], Act[Episode]],
    done: Flash,
) -> Response:
    """Back to the client, or its page again with what was wrong. Raises NotFound for another branch's alert."""
    client_id = alert_search.get_client_id(reading.tx, alert_id, only_branch=visitor.caller.branch)
    reading.close()
    return sent.attempt(
        visitor.caller,
        act,
        done=done,
        back_to=client_path(client_id),
        again=lambda form: client_page(request, visitor, deps, reading, client_id, form=form, about=alert_id),
    )
