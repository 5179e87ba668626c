"""The calendar: weeks in which less is expected of the bank, a branch or a client."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api import etag
from api.auth import AlertReader, CalendarKeeper, Caller
from api.changes import Done, Posted, Trace, perform
from api.deps import Deps
from api.pagination import ListQuery
from api.paths import V1
from casework.quiet.calendar import Entry, new_entry, rest_weeks
from schemas.errors import Conflict, Forbidden, NotFound
from schemas.http import IdText, Page, WeekString
from schemas.http_calendar import EntryBody, NewEntryBody, RestBody
from schemas.weeks import format_week, monday, parse_week
from store.quiet import calendar
from store.quiet.calendar import EntryPlace, EntryRow
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/calendar", tags=["calendar"])
EntryId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_FRIDAY = 4


class CalendarQuery(ListQuery):
    """Filters of the calendar."""

    client_id: IdText | None = None
    week: WeekString | None = Field(None, description="entries that hold this week")
    since: WeekString | None = Field(None, description="entries that end in that week or later")
    until: WeekString | None = Field(None, description="entries that begin in that week or before")


@router.get("")
def list_entries(caller: AlertReader, deps: Deps, query: Annotated[CalendarQuery, Query()]) -> Page[EntryBody]:
    """Entries that hold: the bank's, and those that the caller's branch sees; what ends last comes first."""
    after = query.after("calendar", EntryPlace)
    week, since, until = (
        None if text is None else parse_week(text) for text in (query.week, query.since, query.until)
    )
    wanted = calendar.EntryFilter(client_id=query.client_id, week=week, since=since, until=until)
    with deps.store.read() as tx:
        rows = calendar.search(tx, wanted, only_branch=caller.branch, after=after, limit=query.limit + 1)
    return query.page("calendar", rows, lambda row: row.place, entry_body)


@router.get("/holidays")
def get_holidays(_caller: AlertReader, deps: Deps, year: Annotated[int, Query(ge=2009, le=2045)]) -> RestBody:
    """A year's public holidays on working days, the weeks that are mostly holidays, and the moving festival's."""
    days = sorted(day for day in deps.rules.holidays if day.year == year and day.weekday() <= _FRIDAY)
    weeks = sorted(week for week in rest_weeks(deps.rules.holidays) if _year(week) == year)
    festivals = [week for week in deps.rules.festivals.weeks if _year(week) == year]
    return RestBody(
        holidays=days,
        weeks=[format_week(week) for week in weeks],
        festivals=[format_week(week) for week in festivals],
    )


@router.post("", response_model=EntryBody)
def add_entry(caller: CalendarKeeper, deps: Deps, post: Posted, body: NewEntryBody) -> Response:
    """Hold alerts back in these weeks: what passes a preset in them waits for the next week that passes it too."""

    def work(tx: Tx) -> Done:
        now = deps.clock()
        entry = Entry(
            entry_id=str(uuid.uuid4()),
            scope=body.scope,
            subject=body.subject or "",
            first_week=parse_week(body.first_week),
            last_week=parse_week(body.last_week),
            reason=body.reason,
        )
        _may_keep(tx, caller, entry)
        new_entry(entry, deps.calendar.week_at(now))
        calendar.add(tx, entry, caller.actor, now)
        told = entry_body(EntryRow(entry, caller.actor, now))
        return Done(told, Trace("calendar.add", "calendar_entry", entry.entry_id, None, _said(told)), 1)

    return perform(deps, caller, post, work)


@router.delete("/{entry_id}", response_model=EntryBody)
def remove_entry(caller: CalendarKeeper, deps: Deps, post: Posted, entry_id: EntryId) -> Response:
    """Take an entry back: alerts of its weeks open where they pass a preset again."""

    def work(tx: Tx) -> Done:
        row = calendar.get(tx, entry_id, only_branch=caller.branch, for_update=True)
        etag.check(post.if_match, row.entry.revision)
        _may_keep(tx, caller, row.entry)
        if row.removed:
            raise Conflict(f"calendar entry {entry_id} was taken back already")
        calendar.remove(tx, row.entry, caller.actor, deps.clock())
        told = entry_body(row)
        trace = Trace("calendar.remove", "calendar_entry", entry_id, _said(told), None)
        return Done(told, trace, row.entry.revision + 1)

    return perform(deps, caller, post, work)


def entry_body(row: EntryRow) -> EntryBody:
    entry = row.entry
    return EntryBody(
        entry_id=entry.entry_id,
        revision=entry.revision,
        scope=entry.scope,
        subject=entry.subject or None,
        first_week=format_week(entry.first_week),
        last_week=format_week(entry.last_week),
        reason=entry.reason,
        alert_id=entry.alert_id,
        made_by=row.made_by,
        made_at=row.made_at,
    )


def _may_keep(tx: Tx, caller: Caller, entry: Entry) -> None:
    """A branch keeps its own calendar. Another branch's client is not there, and the bank's is the region's."""
    branch = calendar.branch_of(tx, entry)
    if caller.branch is None or branch == caller.branch:
        return
    if branch is None:
        raise Forbidden("the bank's calendar is kept by its region")
    raise NotFound(entry.scope, entry.subject)


def _said(told: EntryBody) -> dict[str, object]:
    return told.model_dump(mode="json", include={"scope", "subject", "first_week", "last_week", "reason"})


def _year(week: int) -> int:
    day: date = monday(week)
    return day.isocalendar().year
