"""Business days: weekdays that are no holiday of the bank's calendar. On columns: casework.figures.durations."""

from __future__ import annotations

from datetime import date, timedelta

Holidays = frozenset[date]
_NEXT = timedelta(days=1)
_SATURDAY = 5


def add_business_days(day: date, count: int, holidays: Holidays) -> date:
    """The `count`-th business day after `day`, which itself may be any day. `count` is at least 1."""
    while count > 0:
        day += _NEXT
        count -= _is_business_day(day, holidays)
    return day


def business_days_between(earlier: date, later: date, holidays: Holidays) -> int:
    """How many business days come after `earlier`, up to and with `later`; 0 where it is not later."""
    days = (earlier + _NEXT * n for n in range(1, (later - earlier).days + 1))
    return sum(_is_business_day(day, holidays) for day in days)


def _is_business_day(day: date, holidays: Holidays) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays
