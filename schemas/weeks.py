"""ISO weeks in the bank's time zone, as whole numbers.

Week number n is the n-th ISO week after 1970-W01 (Monday 1969-12-29), so that the distance of two weeks is a
subtraction and a year boundary needs no thought. Source: ISO 8601-1:2019, 4.3.8; docs/decisions/0003.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

Week = NewType("Week", int)

_MONDAY_0 = date(1969, 12, 29).toordinal()
_TEXT = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


class NotAWeek(ValueError):
    """A text that names no ISO week."""


def parse_week(text: str) -> Week:
    """Read ``2026-W02``. Raises NotAWeek for any other form, and for a week 53 in a year that has 52."""
    match = _TEXT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise NotAWeek(f"{text!r} is not an ISO week such as 2026-W02") from None
    return week_of_date(monday)


@lru_cache(4096)  # an alert's message names thirty weeks, and a bank has no more than these
def format_week(week: int) -> str:
    """Write a week number as ``2026-W02``."""
    year, number, _ = monday(week).isocalendar()
    return f"{year:04d}-W{number:02d}"


def week_of_date(day: date) -> Week:
    """The week that holds a calendar day."""
    return Week((day.toordinal() - _MONDAY_0) // 7)


def monday(week: int) -> date:
    """First day of a week."""
    return date.fromordinal(_MONDAY_0 + 7 * week)


@dataclass(frozen=True, slots=True)
class WeekCalendar:
    """Weeks of one time zone. Half-open: a week holds [start, end) of its bounds."""

    zone: ZoneInfo

    def _midnight(self, week: int) -> datetime:
        return datetime.combine(monday(week), time(), self.zone)

    def week_at(self, instant: datetime) -> Week:
        """The week an aware instant falls into."""
        return week_of_date(instant.astimezone(self.zone).date())

    def start_s(self, week: int) -> int:
        """First second of a week, UTC seconds since 1970."""
        return int(self._midnight(week).timestamp())

    def end_s(self, week: int) -> int:
        """First second after a week, UTC seconds since 1970."""
        return self.start_s(week + 1)

    def end(self, week: int) -> datetime:
        """First instant after a week, in UTC."""
        return self._midnight(week + 1).astimezone(UTC)
