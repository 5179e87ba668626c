"""Business days: weekdays that are no holiday of the bank's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

Holidays = frozenset[date]
_NEXT = timedelta(days=1)


def add_business_days(day: date, count: int, holidays: Holidays) -> date:
    """The `count`-th business day after `day`, which itself may be any day. `count` is at least 1."""
    found: date = np.busday_offset(day, count, roll="backward", busdaycal=_calendar(holidays)).astype(object)
    return found


def business_days_between(earlier: date, later: date, holidays: Holidays) -> int:
    """How many business days come after `earlier`, up to and with `later`; 0 where it is not later."""
    if later <= earlier:
        return 0
    return int(np.busday_count(earlier + _NEXT, later + _NEXT, busdaycal=_calendar(holidays)))


@lru_cache(maxsize=8)  # a bank has one; making it sorts thirty years of holidays
def _calendar(holidays: Holidays) -> np.busdaycalendar:
    return np.busdaycalendar(holidays=sorted(holidays))
