"""The calendar laid out by weeks: in each its public holidays with what people entered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

from schemas.http_calendar import EntryBody, RestBody
from schemas.weeks import Week, format_week, monday, parse_week, week_of_date

_LAST_ISO_DAY = (12, 28)  # always in the last ISO week of its year, as the fourth of January is in the first


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks shown, both inclusive."""

    first: Week
    last: Week


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry with its first and last day, how many weeks that is, and whether whoever looks may take it back."""

    entry: EntryBody
    first_day: date
    last_day: date
    weeks: int
    is_mine: bool


@dataclass(slots=True)
class Line:
    """One week. `rests`: mostly holidays, so that no alert begins in it. `aligns`: it holds the moving festival.

    `entries`: those that begin in it; in the week of today also those that have begun and are not over.
    """

    week: Week
    rests: bool = False
    aligns: bool = False
    days: list[date] = field(default_factory=list)
    entries: list[EntryLine] = field(default_factory=list)

    @property
    def name(self) -> str:
        return format_week(self.week)


@dataclass(frozen=True, slots=True)
class Laid:
    """`coming` begins with the week of today, `over` with the one before it."""

    coming: Sequence[Line]
    over: Sequence[Line]


def span_of(years: Sequence[int]) -> Span:
    """The ISO weeks of these years, which follow each other."""
    return Span(week_of_date(date(years[0], 1, 4)), week_of_date(date(years[-1], *_LAST_ISO_DAY)))


def entry_line(entry: EntryBody, *, only_branch: str | None) -> EntryLine:
    """A branch keeps all that it sees but the bank's: the rule is the API's, this says where to offer it."""
    first, last = parse_week(entry.first_week), parse_week(entry.last_week)
    mine = only_branch is None or entry.scope != "bank"
    return EntryLine(entry, monday(first), monday(last + 1) - timedelta(days=1), last - first + 1, mine)


def lay_out(entries: Iterable[EntryLine], years: Iterable[RestBody], span: Span, this_week: Week) -> Laid:
    """Those weeks of the span in which anything is. `years`: enough of them for the weeks at both ends."""
    lines: dict[Week, Line] = {}

    def line(week: Week) -> Line:
        return lines.setdefault(week, Line(week))

    found = list(years)
    for day in chain.from_iterable(year.holidays for year in found):
        line(week_of_date(day)).days.append(day)
    for week in chain.from_iterable(year.weeks for year in found):
        line(parse_week(week)).rests = True
    for week in chain.from_iterable(year.festivals for year in found):
        line(parse_week(week)).aligns = True
    for each in sorted(entries, key=lambda one: (one.first_day, one.last_day, one.entry.entry_id)):
        first, last = parse_week(each.entry.first_week), parse_week(each.entry.last_week)
        running = this_week if last >= this_week else first
        line(max(first, running, span.first)).entries.append(each)
    shown = [lines[week] for week in sorted(lines) if span.first <= week <= span.last]
    return Laid(
        coming=[each for each in shown if each.week >= this_week],
        over=[each for each in reversed(shown) if each.week < this_week],
    )
