"""The first page: my branch's alerts, the worst first, and what is done about many of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

from fastapi import APIRouter, Response
from starlette.datastructures import QueryParams

from acts.alert_bulk import BulkDone, act_on_many
from acts.gone_clients import GoneDone
from acts.performing import Act
from api.alerts.alert_bulk import bulk_act, gone_act
from api.alerts.listing import AlertQuery, search_alerts
from api.web.alerts.outcomes import outcome_options
from api.web.alerts.rows import rows_of
from api.web.alerts.tabs import FIRST_TAB, tabs_of
from api.web.flash import Flash
from api.web.forms import FormState, Sent, SentForm
from api.web.listing import listing
from api.web.paths import HOME, local_path
from api.web.rendering import render
from api.web.visitor import AlertActor, AlertReader, Visitor
from language.marking import N_
from schemas.http_alert_bulk import BulkActBody, GoneBody
from schemas.vocabulary import AlertState, LabelName
from schemas.weeks import format_week
from store.alerts import alert_news

router = APIRouter(include_in_schema=False)
BULK, GONE = "/desk/alerts/bulk", "/desk/alerts/gone"
EVERY_STATE = "all"
WAITING = "deferred"  # for room in the branch's week
UNCLOSED: tuple[AlertState, ...] = tuple(state for state in get_args(AlertState) if state != "closed")
_FIELDS = ("bucket", "state", "grade", "label", "week", "assignee", "q", "branch", "sort")
_NEEDED = {"acknowledge": (), "snooze": ("until", "reason"), "assign": ()}
_TAKEN = {"acknowledge": (), "snooze": ("until", "reason"), "assign": ("assignee",)}
_DONE = {
    "acknowledge": (N_("%(n)s alert acknowledged."), N_("%(n)s alerts acknowledged.")),
    "snooze": (N_("%(n)s alert snoozed."), N_("%(n)s alerts snoozed.")),
    "assign": (N_("%(n)s alert assigned."), N_("%(n)s alerts assigned.")),
    "gone": (N_("%(n)s alert closed and recorded as gone."), N_("%(n)s alerts closed and recorded as gone.")),
}
_PARTLY = N_("Done for %(n)s of them. The others were closed or taken away meanwhile.")


@router.get(HOME)
def monday(visitor: AlertReader) -> Response:
    """The list, narrowed by the filters in its address."""
    return monday_page(visitor, visitor.request.query_params)


@router.post(BULK)
def act_on_some(visitor: AlertActor, sent: SentForm) -> Response:
    """Acknowledge, snooze or assign the alerts that were ticked."""
    back_to = local_path(sent.one("back_to"))
    filters, chosen = QueryParams(back_to.partition("?")[2]), frozenset(sent.all("alert_ids"))

    def act() -> Act[BulkDone]:
        body = _bulk_body(sent)
        return partial(act_on_many, alert_ids=body.alert_ids, act=bulk_act(body))

    return sent.attempt(
        act,
        done=lambda done: _in_words(str(sent.one("act")), done),
        back_to=back_to,
        again=lambda form: monday_page(visitor, filters, form=form, chosen=chosen),
    )


@router.post(GONE)
def record_gone(visitor: AlertActor, sent: SentForm) -> Response:
    """Close the alerts that were ticked, of clients that are gone, and record what went with them."""
    back_to = local_path(sent.one("back_to"))
    filters, chosen = QueryParams(back_to.partition("?")[2]), frozenset(sent.all("alert_ids"))

    def act() -> Act[GoneDone]:
        sent.must_have("alert_ids", "outcome")
        return gone_act(sent.body(GoneBody))

    return sent.attempt(
        act,
        done=lambda gone: _in_words("gone", gone.done),
        back_to=back_to,
        again=lambda form: monday_page(visitor, filters, form=form, chosen=chosen),
    )


def _bulk_body(sent: Sent) -> BulkActBody:
    """Each act takes what it needs: the fields of the others were on the page as well."""
    sent.must_have("act")
    act = str(sent.one("act"))
    sent.must_have("alert_ids", *_NEEDED.get(act, ()))
    known = {"assignee": sent.one("assignee")} if act == "assign" else {}
    return sent.body(BulkActBody, only=("act", "alert_ids", *_TAKEN.get(act, ())), **known)


def _in_words(act: str, done: BulkDone) -> Flash:
    count = len(done.changed) + len(done.unchanged)
    if done.refused:
        return Flash(_PARTLY, "warning", n=count)
    one, many = _DONE[act]
    return Flash(one, many=many, n=count)


def monday_page(
    visitor: Visitor,
    filters: Mapping[str, str],
    *,
    form: FormState | None = None,
    chosen: frozenset[str] = frozenset(),
) -> Response:
    """`filters` as an address says them; `form` is one that came back, `chosen` the alerts ticked in it."""
    tx, deps, caller = visitor.tx, visitor.deps, visitor.caller
    found = listing(
        visitor,
        HOME,
        AlertQuery,
        lambda query: search_alerts(tx, deps, caller, query),
        names=_FIELDS,
        asks=_asks,
        address_says=filters,
    )
    return render(
        visitor,
        "monday.html",
        status=found.status,
        found=found,
        rows=rows_of(visitor, found.items),
        tabs=tabs_of(visitor, found),
        outcome_options=outcome_options(visitor.language),
        form=form,
        chosen=chosen,
        states=UNCLOSED,
        labels=get_args(LabelName),
        this_week=format_week(visitor.week),
        since=alert_news.newest_outbox_id(tx),
        here=found.here,
    )


def _asks(given: Mapping[str, str]) -> dict[str, Any]:
    """Of the API's list. A state is asked for in whatever bucket; what waits for room stands in no tab."""
    asked: dict[str, Any] = {name: value for name, value in given.items() if name not in ("bucket", "state")}
    state, bucket = given.get("state", ""), given.get("bucket", FIRST_TAB)
    if state == WAITING:
        return asked | {"bucket": FIRST_TAB, "deferred": True}
    if state:
        return asked | {"state": [] if state == EVERY_STATE else [state]}
    return asked | {"bucket": bucket} | ({"deferred": False} if bucket == FIRST_TAB else {})
