"""The calendar's share in a week's volume: seasons, holidays, and the runs in which companies pay."""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

import numpy as np

from feeds.industries import INDUSTRIES
from feeds.randomness import Bools, Floats, Ints
from feeds.spring_festival import spring_festival
from schemas.weeks import monday

WEEKS_A_YEAR = 365.2425 / 7
MOVED_FROM = 0.6  # a run is brought forward when three of its five working days are holidays
_YEAR_END_DAYS = {(12, 24): 0.5, (12, 25): 1.0, (12, 26): 1.0, (12, 31): 0.5, (1, 1): 1.0}
_BETWEEN_THE_YEARS = 0.4  # 27 to 30 December: offices are open and little is done


class Rhythm(IntEnum):
    WEEKLY = 0
    FORTNIGHTLY = 1
    FOUR_WEEKLY = 2
    MONTHLY = 3


RUN_WEIGHT: Floats = np.array([1.0, 2.0, 4.0, WEEKS_A_YEAR / 12])  # keeps the long-run mean at 1


def festival_share(week: int) -> float:
    """Share of the week's five working days that fall on the Spring Festival, its first four days."""
    return sum(_is_festival(monday(week) + timedelta(days=day)) for day in range(5)) / 5


def holiday_share(week: int) -> float:
    """Share of the week's five working days on which business rests: Spring Festival and the turn of the year."""
    first = monday(week)
    return festival_share(week) + sum(_year_end(first + timedelta(days=day)) for day in range(5)) / 5


@lru_cache(maxsize=1024)
def trading_factor(week: int) -> Floats:
    """Steady volume against a plain week, one entry an industry: holidays, the rush before, the lull after."""
    rest, before = holiday_share(week), max(festival_share(week + 1), festival_share(week + 2))
    lull = 0.12 * festival_share(week - 1)
    return np.array([(1 - rest * (1 - i.holiday_floor)) * (1 + i.rush * before) * (1 - lull) for i in INDUSTRIES])


@lru_cache(maxsize=1024)
def season_log(week: int) -> Floats:
    """Log of the season's factor, one entry an industry, mean zero over a year."""
    number = monday(week).isocalendar().week
    return np.array([i.season * math.cos(2 * math.pi * (number - i.peak_week) / WEEKS_A_YEAR) for i in INDUSTRIES])


def scheduled(week: int, rhythm: Ints, phase: Ints) -> Bools:
    """True where a run falls into the week. `phase`: pay day of the month for MONTHLY, else an offset in weeks."""
    every = np.array([1, 2, 4, 1])[rhythm]
    due: Bools = (week + phase) % every == 0
    by_day = np.array([day in _pay_days(week) for day in range(32)])
    return np.where(rhythm == Rhythm.MONTHLY, by_day[phase], due)


def moved(week: int) -> bool:
    """True where the runs of a week are paid the week before, because it is mostly holidays."""
    return holiday_share(week) >= MOVED_FROM


def _is_festival(day: date) -> bool:
    return 0 <= (day - spring_festival(day.year)).days <= 3


def _year_end(day: date) -> float:
    if day.month == 12 and 27 <= day.day <= 30:
        return _BETWEEN_THE_YEARS
    return _YEAR_END_DAYS.get((day.month, day.day), 0.0)


@lru_cache(maxsize=1024)
def _pay_days(week: int) -> frozenset[int]:
    """Days of the month, 1 to 31, that are paid in a week; a day past the month's end is paid on its last day."""
    days: set[int] = set()
    for day in (monday(week) + timedelta(days=offset) for offset in range(7)):
        days.add(day.day)
        if day.day == calendar.monthrange(day.year, day.month)[1]:
            days.update(range(day.day, 32))
    return frozenset(days)
