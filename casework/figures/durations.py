"""How long people took, and how early the service was: medians, and the slow or late tenth beside them.

Source: docs/decisions/0018.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from casework.quiet.business_days import Holidays
from schemas.weeks import WeekCalendar, monday

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
HOUR_S = 3600


def _no_numbers() -> Int64:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Moments:
    """When something was done about each of n alerts, parallel columns int64 (n,)."""

    weeks: Int64 = field(default_factory=_no_numbers)  # week of the alert
    done_s: Int64 = field(default_factory=_no_numbers)  # UTC seconds since 1970

    def __add__(self, other: Moments) -> Moments:
        return Moments(np.concatenate((self.weeks, other.weeks)), np.concatenate((self.done_s, other.done_s)))


@dataclass(frozen=True, slots=True)
class Reaction:
    """How long it took from the Monday an alert could first be seen: of how many, half, and nine in ten."""

    count: int
    median_hours: float
    p90_hours: float
    median_business_days: float
    p90_business_days: float


@dataclass(frozen=True, slots=True)
class Lead:
    """Weeks from the first alert of a client to its end: of how many; half had as many, and nine in ten."""

    count: int
    median_weeks: float
    p10_weeks: float


def reaction_times(moments: Moments, calendar: WeekCalendar, holidays: Holidays) -> Reaction | None:
    """How long it took from the start of the week after the alert's, when that is closed and judged.

    As casework.alerts.sla counts. What was done sooner took no time. None where nothing was.
    """
    weeks, done_s = moments.weeks, moments.done_s
    if not len(weeks):
        return None
    hours = np.maximum(done_s - _starts_s(weeks + 1, calendar), 0) / HOUR_S
    days = _business_days(weeks + 1, _days_of(done_s, calendar), holidays)
    return Reaction(len(weeks), *_percentiles(hours, 50, 90), *_percentiles(days, 50, 90))


def lead_times(weeks: Sequence[int]) -> Lead | None:
    """None where there are none."""
    if not weeks:
        return None
    return Lead(len(weeks), *_percentiles(np.array(weeks, np.float64), 50, 10))


def _percentiles(values: Float64, *which: int) -> list[float]:
    return [float(found) for found in np.percentile(values, which)]


def _starts_s(weeks: Int64, calendar: WeekCalendar) -> Int64:
    """First second of each week, worked out once for all that are the same."""
    known, place = np.unique(weeks, return_inverse=True)
    return np.array([calendar.start_s(week) for week in known.tolist()], np.int64)[place]


def _days_of(instants_s: Int64, calendar: WeekCalendar) -> npt.NDArray[np.datetime64]:
    """The calendar day of each instant, in the zone of the weeks."""
    first = _day_at(int(instants_s.min()), calendar)
    count = (_day_at(int(instants_s.max()), calendar) - first).days + 1
    days = [first + timedelta(days=n) for n in range(count)]
    starts = [int(datetime.combine(day, time(), calendar.zone).timestamp()) for day in days]
    at = np.searchsorted(np.array(starts, np.int64), instants_s, side="right") - 1
    return np.datetime64(first) + at.astype("timedelta64[D]")


def _day_at(instant_s: int, calendar: WeekCalendar) -> date:
    return datetime.fromtimestamp(instant_s, UTC).astimezone(calendar.zone).date()


def _business_days(weeks: Int64, days: npt.NDArray[np.datetime64], holidays: Holidays) -> Float64:
    """Business days after each week's Monday, up to and with each day: casework.quiet.business_days, on columns."""
    one = np.timedelta64(1, "D")
    mondays = np.datetime64(monday(0)) + (7 * weeks).astype("timedelta64[D]")
    calendar = np.busdaycalendar(holidays=sorted(holidays))
    return np.maximum(np.busday_count(mondays + one, days + one, busdaycal=calendar), 0).astype(np.float64)
