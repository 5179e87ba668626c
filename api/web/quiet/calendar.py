"""The calendar: what applies when, and weeks that people enter and take back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, ValidationError

from acts import calendar_entries
from acts.callers import Caller
from acts.performing import Act, ActContext
from acts.roles import Permission, may
from api.deps import ApiDeps, Deps
from api.pagination import MOST
from api.paths import UuidPath
from api.quiet.calendar import CalendarQuery, new_entry_act, rest_body, search_entries
from api.reading import Reading, Snapshot
from api.web.flash import Flash
from api.web.forms import BadFields, Sent, SentForm, Shown
from api.web.language.words import N_
from api.web.listing import address, shown_wrong, typed
from api.web.quiet.weeks import Span, entry_line, lay_out, span_of
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.errors import NotAllowedByRules, NotFound
from schemas.http import Body, IdText
from schemas.http_calendar import EntryBody, NewEntryBody
from schemas.weeks import format_week
from store.quiet.calendar import EntryRow
from store.unit_of_work import Tx

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_ALERTS)]
Keeper = Annotated[Visitor, needing_page(Permission.KEEP_CALENDAR)]
CALENDAR = "/desk/calendar"
ENTRIES = f"{CALENDAR}/entries"
_MOST_PAGES = 5  # of entries; beyond a thousand one looks for a client
_ENTERED = Flash(N_("Entered: new alerts wait in these weeks."))
_TAKEN_BACK = Flash(N_("Taken back: alerts of its weeks open where they pass a preset again."))


class _Narrowed(Body):
    """What the page is narrowed to. Holidays are known a little beyond these years."""

    year: Annotated[int | None, Field(ge=2010, le=2044)] = None
    client_id: IdText | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address says, as typed; what of it holds; what was wrong with the rest."""

    values: dict[str, str]
    narrowed: _Narrowed
    wrong: Shown


@router.get(CALENDAR)
def calendar_page(request: Request, visitor: Reader, deps: Deps, reading: Reading) -> Response:
    """This year and the next, or the year asked for."""
    return _page(request, visitor, deps, reading, _asked(request))


@router.post(ENTRIES)
def enter(request: Request, visitor: Keeper, deps: Deps, reading: Reading, sent: SentForm) -> Response:
    """Expect less of the bank, a branch or a client for some weeks."""
    return sent.attempt(
        visitor.caller,
        lambda: _entering(visitor.caller, sent),
        done=_ENTERED,
        back_to=CALENDAR,
        again=lambda form: _page(request, visitor, deps, reading, _asked(request), form=form),
    )


@router.post(ENTRIES + "/{entry_id}/remove")
def take_back(
    request: Request, visitor: Keeper, deps: Deps, reading: Reading, sent: SentForm, entry_id: UuidPath
) -> Response:
    """It holds no more."""
    return sent.attempt(
        visitor.caller,
        lambda: partial(calendar_entries.remove_entry, entry_id=entry_id),
        done=_TAKEN_BACK,
        back_to=CALENDAR,
        again=lambda form: _page(request, visitor, deps, reading, _asked(request), form=form),
    )


def _entering(caller: Caller, sent: Sent) -> Act[EntryRow]:
    """A branch that is not named is one's own. What is not there, or another branch's, is told at its field."""
    sent.must_have("scope", "first_week", "last_week", "reason")
    scope, subject = sent.one("scope"), sent.one("subject")
    if scope == "branch" and subject is None:
        subject = caller.branch
    if (subject is None) != (scope == "bank"):
        raise NotAllowedByRules("subject", "a branch or a client is named, the bank is not")
    body = sent.body(NewEntryBody, subject=subject and subject.strip())
    add = new_entry_act(body)

    def act(context: ActContext) -> EntryRow:
        try:
            return add(context)
        except NotFound as error:
            raise NotAllowedByRules("subject", str(error)) from None

    return act


def _asked(request: Request) -> _Asked:
    values = typed(request, _Narrowed.model_fields)
    try:
        narrowed = _Narrowed.model_validate({name: value for name, value in values.items() if value})
    except ValidationError as error:
        wrong = BadFields(error.errors(include_url=False))
        return _Asked(values, _Narrowed(), shown_wrong(request, values, wrong))
    return _Asked(values, narrowed, Shown())


def _page(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    asked: _Asked,
    *,
    form: Shown | None = None,
) -> Response:
    this_week, year = deps.calendar.week_at(deps.clock()), deps.today().year
    years = (year, year + 1) if asked.narrowed.year is None else (asked.narrowed.year,)
    span, caller = span_of(years), visitor.caller
    entries, all_of_them = _entries(reading.tx, caller, asked.narrowed.client_id, span)
    rests = [rest_body(deps, each) for each in range(years[0] - 1, years[-1] + 2)]
    return render(
        request,
        "calendar.html",
        status=422 if asked.wrong.errors else 200,
        visitor=visitor,
        laid=lay_out((entry_line(each, only_branch=caller.branch) for each in entries), rests, span, this_week),
        has_entries=bool(entries),
        all_of_them=all_of_them,
        years=_years(asked, year),
        wrong=asked.wrong,
        filters=asked.values,
        form=form,
        may_keep=may(caller.role, Permission.KEEP_CALENDAR),
        this_week=format_week(this_week),
        here=address(CALENDAR, asked.values),
    )


def _entries(tx: Tx, caller: Caller, client_id: str | None, span: Span) -> tuple[list[EntryBody], bool]:
    """Those of the span, and whether these are all: what ends last comes first, so the oldest are left out."""
    found: list[EntryBody] = []
    asked: dict[str, Any] = {"limit": MOST, "client_id": client_id}
    asked |= {"since": format_week(span.first), "until": format_week(span.last), "cursor": None}
    for _ in range(_MOST_PAGES):
        page = search_entries(tx, caller, CalendarQuery.model_validate(asked))
        found += page.items
        asked["cursor"] = page.next
        if page.next is None:
            break
    return found, asked["cursor"] is None


def _years(asked: _Asked, this_year: int) -> list[tuple[int | None, str, bool]]:
    """The switch: None for this year and the next; its address; whether it is the one shown."""
    shown = asked.narrowed.year
    offered = sorted({this_year - 1, this_year, this_year + 1} | ({shown} if shown else set()))
    urls = {year: address(CALENDAR, asked.values | {"year": str(year or "")}) for year in (None, *offered)}
    return [(year, url, year == shown) for year, url in urls.items()]
