"""What is done about one alert, on the page of its client."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Response

from acts import alerts
from acts.performing import Act
from api.alerts.alert_routes import close_act
from api.paths import UuidPath
from api.web.clients.client_page import client_page
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.rendering import client_path
from api.web.visitor import AlertActor, Visitor
from casework.alerts.episodes import Episode
from language.marking import N_
from schemas.http_alerts import AssignBody, CloseBody, SnoozeBody
from store.alerts import alert_search

router = APIRouter(prefix="/desk/alerts/{alert_id}", include_in_schema=False)


@router.post("/acknowledge")
def acknowledge(visitor: AlertActor, sent: SentForm, alert_id: UuidPath) -> Response:
    """Whoever sends it has seen the alert."""
    act = partial(alerts.acknowledge, alert_id=alert_id)
    return _attempt(visitor, sent, alert_id, lambda: act, Flash(N_("Acknowledged: it is in somebody's hands now.")))


@router.post("/snooze")
def snooze(visitor: AlertActor, sent: SentForm, alert_id: UuidPath) -> Response:
    """Leave it alone through a day, for a reason, or until a new alarm."""

    def act() -> Act[Episode]:
        body = sent.body(SnoozeBody)
        return partial(alerts.snooze, alert_id=alert_id, until=body.until, reason=body.reason)

    return _attempt(visitor, sent, alert_id, act, Flash(N_("Snoozed: it comes back on that day, or as an alarm.")))


@router.post("/assign")
def assign(visitor: AlertActor, sent: SentForm, alert_id: UuidPath) -> Response:
    """Give it to someone, or to nobody."""

    def act() -> Act[Episode]:
        body = sent.body(AssignBody, assignee=sent.one("assignee"))
        return partial(alerts.assign, alert_id=alert_id, assignee=body.assignee)

    return _attempt(visitor, sent, alert_id, act, Flash(N_("Assigned.")))


@router.post("/close")
def close(visitor: AlertActor, sent: SentForm, alert_id: UuidPath) -> Response:
    """End it with what it turned out to be."""
    done = Flash(N_("The alert is closed."))
    return _attempt(visitor, sent, alert_id, lambda: close_act(alert_id, sent.body(CloseBody)), done)


def _attempt(visitor: Visitor, sent: Sent, alert_id: str, act: Callable[[], Act[Episode]], done: Flash) -> Response:
    """Back to the client, or its page again with what was wrong. Raises NotFound for another branch's alert."""
    client_id = alert_search.get_client_id(visitor.tx, alert_id, only_branch=visitor.branch)
    visitor.reading.close()
    return sent.attempt(
        act,
        done=done,
        back_to=client_path(client_id),
        again=lambda form: client_page(visitor, client_id, form=form, about=alert_id),
    )
