"""The weeks of many instants at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from schemas.weeks import WeekCalendar

_WEEKS = 52 * 180  # to about 2149: beyond any horizon, small enough to tabulate


def weeks_at(calendar: WeekCalendar, instants_s: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Week numbers, int32, same shape, of UTC seconds since 1970. Outside 1970..2148: -1 or the last week."""
    return (np.searchsorted(_starts_s(calendar), instants_s, side="right") - 1).astype(np.int32)


@lru_cache(maxsize=8)  # a bank has one
def _starts_s(calendar: WeekCalendar) -> npt.NDArray[np.int64]:
    return np.array([calendar.start_s(week) for week in range(_WEEKS)], np.int64)
