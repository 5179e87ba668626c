"""The first page: my branch's alerts, the worst first, and what is done about many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from acts.alert_bulk import BulkDone, act_on_many
from acts.performing import Act
from acts.roles import Permission, may
from api.alerts.alert_bulk import bulk_act
from api.alerts.listing import AlertQuery, count_alerts, search_alerts
from api.deps import ApiDeps, Deps
from api.errors import BadCursor
from api.reading import Reading, Snapshot
from api.web.alerts.rows import rows_of
from api.web.flash import Flash
from api.web.forms import BadFields, Sent, SentForm, Shown
from api.web.language.words import N_
from api.web.paths import HOME, local_path
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_alert_bulk import BulkActBody
from schemas.vocabulary import AlertState, LabelName
from schemas.weeks import format_week
from store.alerts import alert_news

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_ALERTS)]
Actor = Annotated[Visitor, needing_page(Permission.ACT_ON_ALERTS)]
BULK = "/desk/alerts/bulk"
EVERY_STATE = "all"
WAITING = "deferred"  # for room in the branch's week
_UNCLOSED: tuple[AlertState, ...] = tuple(state for state in get_args(AlertState) if state != "closed")
_FIELDS = ("state", "grade", "label", "week", "assignee", "q", "branch", "sort")
_NEEDED = {"acknowledge": (), "snooze": ("until", "reason"), "assign": ()}
_TAKEN = {"acknowledge": (), "snooze": ("until", "reason"), "assign": ("assignee",)}
_DONE = {
    "acknowledge": (N_("%(n)s alert acknowledged."), N_("%(n)s alerts acknowledged.")),
    "snooze": (N_("%(n)s alert snoozed."), N_("%(n)s alerts snoozed.")),
    "assign": (N_("%(n)s alert assigned."), N_("%(n)s alerts assigned.")),
}
_PARTLY = N_("Done for %(n)s of them. The others were closed or taken away meanwhile.")


_WAITING = AlertQuery.model_validate({"state": list(_UNCLOSED), "deferred": True})


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to and sorted by, as typed: `values` by field, empty for any; its `cursor`."""

    values: dict[str, str]
    cursor: str | None

    @property
    def is_any(self) -> bool:
        return any(value for name, value in self.values.items() if name != "sort")

    def query(self) -> AlertQuery:
        """For the API's list. Raises BadFields. Without a state: all that is not closed."""
        named: dict[str, Any] = {name: value for name, value in self.values.items() if value and name != "state"}
        state = self.values["state"]
        named["state"] = list(_UNCLOSED) if state in ("", WAITING) else [] if state == EVERY_STATE else [state]
        if state in ("", WAITING):
            named["deferred"] = state == WAITING
        try:
            return AlertQuery.model_validate(named | {"cursor": self.cursor})
        except ValidationError as error:
            raise BadFields(error.errors(include_url=False)) from None

    def path(self, cursor: str | None = None) -> str:
        """The address of the list with these filters, from `cursor` on."""
        said = {name: value for name, value in self.values.items() if value} | (
            {"cursor": cursor} if cursor else {}
        )
        return f"{HOME}?{urlencode(said)}" if said else HOME


def filters_of(given: Iterable[tuple[str, str]]) -> Filters:
    """From an address. Names that the list does not know are passed over: people keep old bookmarks."""
    said = {name: value.strip() for name, value in given}
    return Filters({name: said.get(name, "") for name in _FIELDS}, said.get("cursor") or None)


@router.get(HOME)
def monday(request: Request, visitor: Reader, deps: Deps, reading: Reading) -> Response:
    """The list, narrowed by the filters in its address."""
    return monday_page(request, visitor, deps, reading, filters_of(request.query_params.multi_items()))


@router.post(BULK)
def act_on_some(request: Request, visitor: Actor, deps: Deps, reading: Reading, sent: SentForm) -> Response:
    """Acknowledge, snooze or assign the alerts that were ticked."""
    back_to = local_path(sent.one("back_to"))
    filters = filters_of(parse_qsl(back_to.partition("?")[2]))
    chosen = frozenset(sent.all("alert_ids"))

    def act() -> Act[BulkDone]:
        body = _bulk_body(sent)
        return partial(act_on_many, alert_ids=body.alert_ids, act=bulk_act(body))

    return sent.attempt(
        visitor.caller,
        act,
        done=lambda done: _in_words(str(sent.one("act")), done),
        back_to=back_to,
        again=lambda form: monday_page(request, visitor, deps, reading, filters, form=form, chosen=chosen),
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
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    filters: Filters,
    *,
    form: Shown | None = None,
    chosen: frozenset[str] = frozenset(),
) -> Response:
    """`form` is one that came back, `chosen` the alerts that were ticked in it."""
    wrong, tx, caller = Shown(), reading.tx, visitor.caller
    try:
        query = filters.query()
        found = search_alerts(tx, deps, caller, query)
    except BadCursor:
        first = Filters(filters.values, None)
        return monday_page(request, visitor, deps, reading, first, form=form, chosen=chosen)
    except BadFields as error:
        wrong = Sent(request, {name: [value] for name, value in filters.values.items()}).shown(error)
        query = filters_of(()).query()
        found = search_alerts(tx, deps, caller, query)
    return render(
        request,
        "monday.html",
        status=422 if wrong.errors else 200,
        visitor=visitor,
        rows=rows_of(tx, deps, visitor.language, found.items),
        totals=count_alerts(tx, deps, caller, query),
        waiting=count_alerts(tx, deps, caller, _WAITING),
        filters=filters,
        wrong=wrong,
        form=form,
        chosen=chosen,
        may_act=may(caller.role, Permission.ACT_ON_ALERTS),
        may_form=may(caller.role, Permission.FORM_CASES),
        next_url=filters.path(found.next) if found.next else None,
        first_url=filters.path() if filters.cursor else None,
        states=_UNCLOSED,
        labels=get_args(LabelName),
        this_week=format_week(deps.calendar.week_at(deps.clock())),
        today=deps.today(),
        since=alert_news.newest_outbox_id(tx),
        here=filters.path(filters.cursor),
    )
