"""The sums of windows as differences of cumulative volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detector.comparisons.windows import SERIES, Window
from schemas.verdicts import Series

Ints = npt.NDArray[np.int64]
# lag -> (3, m): all volume up to and with that week; debit in row 0, credit in row 1, payments in row 2
Cumulative = Mapping[int, Ints]
_ROWS = {SERIES.index(series): row for row, series in enumerate((Series.DEBIT, Series.CREDIT, Series.PAYMENTS))}


class Mean(NamedTuple):
    """An exact weekly mean in whole numbers: where there are thousands, a Fraction takes ten times as long."""

    total: int
    weeks: int  # at least 1

    def rounded(self) -> int:
        """Half to even."""
        whole, rest = divmod(self.total, self.weeks)
        return whole + (2 * rest + whole % 2 > self.weeks)

    def change_pct_to(self, after: Mean) -> float | None:
        """None where this is nothing (or less). Rounded once, as the quotient of Python's integers is."""
        if self.total <= 0:
            return None
        was = self.total * after.weeks
        return 100 * (after.total * self.weeks - was) / was


def series_sum(cumulative: Cumulative, window: Window, series: int) -> Ints:
    """Volume of a window, int64 (m,), of one of SERIES; exact, also where the running totals wrapped."""
    newest, before = cumulative[window.lag], cumulative[window.before]
    row = _ROWS.get(series)
    if row is not None:
        own: Ints = newest[row] - before[row]
        return own
    total: Ints = newest[0] - before[0]
    total += newest[1]
    total -= before[1]
    return total


def window_sum(cumulative: Cumulative, window: Window) -> Ints:
    """Volume of a window, int64 (series, m), a row for each of SERIES."""
    return np.stack([series_sum(cumulative, window, series) for series in range(len(SERIES))])
