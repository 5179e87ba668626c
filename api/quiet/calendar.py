"""The calendar: weeks in which less is expected of the bank, a branch or a client."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from acts import calendar_entries
from acts.callers import Caller
from acts.performing import Act
from api.auth import AlertReader, CalendarKeeper
from api.changes import Posted, Shown, answer_act
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1, UuidPath
from casework.quiet.calendar import rest_weeks
from schemas.http import IdText, Page, WeekString
from schemas.http_calendar import EntryBody, NewEntryBody, RestBody
from schemas.weeks import format_week, monday, parse_week
from store.quiet import calendar
from store.quiet.calendar import EntryPlace, EntryRow
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/calendar", tags=["calendar"])
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
    with deps.store.read() as tx:
        return search_entries(tx, caller, query)


@router.get("/holidays")
def get_holidays(_caller: AlertReader, deps: Deps, year: Annotated[int, Query(ge=2009, le=2045)]) -> RestBody:
    """A year's public holidays on working days, the weeks that are mostly holidays, and the moving festival's."""
    return rest_body(deps, year)


@router.post("", response_model=EntryBody)
def add_entry(caller: CalendarKeeper, deps: Deps, post: Posted, body: NewEntryBody) -> Response:
    """Hold alerts back in these weeks: what passes a preset in them waits for the next week that passes it too."""
    act = new_entry_act(body)
    return answer_act(deps, caller, post, act, lambda _context, row: Shown(entry_body(row), row.entry.revision))


@router.delete("/{entry_id}", response_model=EntryBody)
def remove_entry(caller: CalendarKeeper, deps: Deps, post: Posted, entry_id: UuidPath) -> Response:
    """Take an entry back: alerts of its weeks open where they pass a preset again."""

    act = partial(calendar_entries.remove_entry, entry_id=entry_id)
    return answer_act(deps, caller, post, act, lambda _context, row: Shown(entry_body(row), row.entry.revision + 1))


def new_entry_act(body: NewEntryBody) -> Act[EntryRow]:
    """The act that a body asks for."""
    return partial(
        calendar_entries.add_entry,
        scope=body.scope,
        subject=body.subject or "",
        first_week=parse_week(body.first_week),
        last_week=parse_week(body.last_week),
        reason=body.reason,
    )


def search_entries(tx: Tx, caller: Caller, query: CalendarQuery) -> Page[EntryBody]:
    """One page, of what the caller may see."""
    after = query.after("calendar", EntryPlace)
    week, since, until = (
        None if text is None else parse_week(text) for text in (query.week, query.since, query.until)
    )
    wanted = calendar.EntryFilter(client_id=query.client_id, week=week, since=since, until=until)
    rows = calendar.search(tx, wanted, only_branch=caller.branch, after=after, limit=query.limit + 1)
    return query.page("calendar", rows, lambda row: row.place, entry_body)


def rest_body(deps: ApiDeps, year: int) -> RestBody:
    """What one year's holidays do to its weeks; nothing of it is in the database."""
    days = sorted(day for day in deps.rules.holidays if day.year == year and day.weekday() <= _FRIDAY)
    weeks = sorted(week for week in rest_weeks(deps.rules.holidays) if _year(week) == year)
    festivals = [week for week in deps.rules.festivals.weeks if _year(week) == year]
    return RestBody(
        holidays=days,
        weeks=[format_week(week) for week in weeks],
        festivals=[format_week(week) for week in festivals],
    )


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


def _year(week: int) -> int:
    day: date = monday(week)
    return day.isocalendar().year
