"""What is done about one alert, on the page of its client: plain forms that call the API's own functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.alerts import alert_routes
from api.deps import Deps
from api.roles import Permission
from api.web.clients.client_page import client_page
from api.web.flash import Flash
from api.web.forms import SentForm, Shown
from api.web.language.words import N_
from api.web.rendering import client_path
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_alerts import AssignBody, CloseBody, SnoozeBody

router = APIRouter(prefix="/desk/alerts/{alert_id}", include_in_schema=False)
Actor = Annotated[Visitor, needing_page(Permission.ACT_ON_ALERTS)]
AlertId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@dataclass(frozen=True, slots=True)
class _Deed:
    """A form about one alert."""

    request: Request
    visitor: Actor
    deps: Deps
    sent: SentForm
    alert_id: AlertId

    def do(self, act: Callable[[], Response], told: str) -> Response:
        """Back to the client, or its page again with what was wrong. Raises NotFound for another branch's alert."""
        caller = self.visitor.caller
        client_id = alert_routes.get_alert(caller, self.deps, self.alert_id, Response()).client_id

        def again(form: Shown) -> Response:
            return client_page(self.request, self.visitor, self.deps, client_id, form=form, about=self.alert_id)

        return self.sent.attempt(act, done=Flash(told), back_to=client_path(client_id), again=again)


Deed = Annotated[_Deed, Depends()]


@router.post("/acknowledge")
def acknowledge(deed: Deed) -> Response:
    def act() -> Response:
        return alert_routes.acknowledge(deed.visitor.caller, deed.deps, deed.sent.post, deed.alert_id)

    return deed.do(act, N_("Acknowledged: it is in somebody's hands now."))


@router.post("/snooze")
def snooze(deed: Deed) -> Response:
    def act() -> Response:
        body = deed.sent.body(SnoozeBody)
        return alert_routes.snooze(deed.visitor.caller, deed.deps, deed.sent.post, deed.alert_id, body)

    return deed.do(act, N_("Snoozed: it comes back on that day, or as an alarm."))


@router.post("/assign")
def assign(deed: Deed) -> Response:
    def act() -> Response:
        body = deed.sent.body(AssignBody, assignee=deed.sent.one("assignee"))
        return alert_routes.assign(deed.visitor.caller, deed.deps, deed.sent.post, deed.alert_id, body)

    return deed.do(act, N_("Assigned."))


@router.post("/close")
def close(deed: Deed) -> Response:
    def act() -> Response:
        body = deed.sent.body(CloseBody)
        return alert_routes.close(deed.visitor.caller, deed.deps, deed.sent.post, deed.alert_id, body)

    return deed.do(act, N_("The alert is closed."))
