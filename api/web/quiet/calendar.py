"""The calendar: what applies when, and weeks that people enter and take back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from acts import calendar_entries
from acts.performing import Act, ActContext
from api.pagination import MOST
from api.paths import UuidPath
from api.quiet.calendar import CalendarQuery, new_entry_act, rest_body, search_entries
from api.web.flash import Flash
from api.web.forms import BadFields, FormState, Sent, SentForm
from api.web.listing import address, read_query, sent_by_address, typed_values
from api.web.quiet.weeks import Span, entry_line, lay_out, span_of
from api.web.rendering import render
from api.web.visitor import AlertReader, CalendarKeeper, Visitor
from language.marking import N_
from schemas.errors import NotAllowedByRules, NotFound
from schemas.http import Body, IdText
from schemas.http_calendar import EntryBody, NewEntryBody
from schemas.weeks import format_week
from store.quiet.calendar import EntryRow

router = APIRouter(include_in_schema=False)
CALENDAR = "/desk/calendar"
ENTRIES = f"{CALENDAR}/entries"
_MOST_PAGES = 5  # of entries; beyond a thousand one looks for a client
_ENTERED = Flash(N_("Entered: new alerts wait in these weeks."))
_TAKEN_BACK = Flash(N_("Taken back: alerts of its weeks open where they pass a preset again."))


class _Narrowed(Body):
    """What the page is narrowed to. Holidays are known a little beyond these years."""

    year: Annotated[int | None, Field(ge=2010, le=2044)] = None
    client_id: IdText | None = None


@router.get(CALENDAR)
def calendar_page(visitor: AlertReader) -> Response:
    """This year and the next, or the year asked for."""
    return _page(visitor)


@router.post(ENTRIES)
def enter(visitor: CalendarKeeper, sent: SentForm) -> Response:
    """Expect less of the bank, a branch or a client for some weeks."""
    return _attempt(visitor, sent, lambda: _entering(visitor, sent), _ENTERED)


@router.post(ENTRIES + "/{entry_id}/remove")
def take_back(visitor: CalendarKeeper, sent: SentForm, entry_id: UuidPath) -> Response:
    """It holds no more."""
    return _attempt(visitor, sent, lambda: partial(calendar_entries.remove_entry, entry_id=entry_id), _TAKEN_BACK)


def _attempt(visitor: Visitor, sent: Sent, act: Callable[[], Act[EntryRow]], done: Flash) -> Response:
    return sent.attempt(act, done=done, back_to=CALENDAR, again=lambda form: _page(visitor, form))


def _entering(visitor: Visitor, sent: Sent) -> Act[EntryRow]:
    """A branch that is not named is one's own. What is not there, or another branch's, is told at its field."""
    sent.must_have("scope", "first_week", "last_week", "reason")
    scope, subject = sent.one("scope"), sent.one("subject")
    if scope == "branch" and subject is None:
        subject = visitor.branch
    if (subject is None) != (scope == "bank"):
        raise NotAllowedByRules("subject", "a branch or a client is named, the bank is not")
    add = new_entry_act(sent.body(NewEntryBody, subject=subject and subject.strip()))

    def act(context: ActContext) -> EntryRow:
        try:
            return add(context)
        except NotFound as error:
            raise NotAllowedByRules("subject", str(error)) from None

    return act


def _page(visitor: Visitor, form: FormState | None = None) -> Response:
    values = typed_values(visitor.request.query_params, _Narrowed.model_fields)
    narrowed, wrong = _Narrowed(), FormState()
    try:
        narrowed = read_query(_Narrowed, values)
    except BadFields as error:
        wrong = sent_by_address(visitor, values).state(error)
    this_week, year = visitor.week, visitor.today.year
    years = (year, year + 1) if narrowed.year is None else (narrowed.year,)
    span = span_of(years)
    entries, all_of_them = _entries(visitor, narrowed.client_id, span)
    rests = [rest_body(visitor.deps, each) for each in range(years[0] - 1, years[-1] + 2)]
    lines = [entry_line(each, only_branch=visitor.branch) for each in entries]
    return render(
        visitor,
        "calendar.html",
        status=422 if wrong.errors else 200,
        laid=lay_out(lines, rests, span, this_week),
        has_entries=bool(entries),
        all_of_them=all_of_them,
        years=_years(values, narrowed.year, year),
        wrong=wrong,
        filters=values,
        form=form,
        this_week=format_week(this_week),
        here=address(CALENDAR, values),
    )


def _entries(visitor: Visitor, client_id: str | None, span: Span) -> tuple[list[EntryBody], bool]:
    """Those of the span, and whether these are all: what ends last comes first, so the oldest are left out."""
    found: list[EntryBody] = []
    asked: dict[str, Any] = {"limit": MOST, "client_id": client_id}
    asked |= {"since": format_week(span.first), "until": format_week(span.last), "cursor": None}
    for _ in range(_MOST_PAGES):
        page = search_entries(visitor.tx, visitor.caller, CalendarQuery.model_validate(asked))
        found += page.items
        asked["cursor"] = page.next
        if page.next is None:
            break
    return found, asked["cursor"] is None


def _years(values: dict[str, str], shown: int | None, this_year: int) -> list[tuple[int | None, str, bool]]:
    """The switch: None for this year and the next; its address; whether it is the one shown."""
    offered = sorted({this_year - 1, this_year, this_year + 1} | ({shown} if shown else set()))
    urls = {year: address(CALENDAR, values | {"year": str(year or "")}) for year in (None, *offered)}
    return [(year, url, year == shown) for year, url in urls.items()]
