"""Where each week stands among the client's own weeks before it: a rank knows no outliers and no currency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.leaver.history import Floats, Ints
from detector.leaver.trailing import weeks_before

LOOK_BACK = 78  # weeks: a year and a half


def places(turnover: Floats, first: Ints, since: int = 0) -> tuple[Floats, Floats]:
    """Mid-ranks in (-0.5, 0.5) of each week from column `since` on, (n, T): among all weeks before it, and among
    the active ones; 0 in the columns before. A silent week has no place among the active ones: 0 there.

    Source: mid-ranks with ties as in the rank-sum test (Wilcoxon 1945), one added to either side so that a short
    history claims little.
    """
    by_week = np.ascontiguousarray(turnover.T)
    there = np.arange(len(by_week))[:, None] >= first
    active = by_week > 0
    seen = _weeks_before(there)[since:]
    active_seen = _weeks_before(there & active)[since:]
    below, even = _compared(by_week, there, since)
    among_all, among_active = np.zeros((2, *by_week.shape))
    among_all[since:] = (below + 0.5 * even + 0.5) / (seen + 1.0) - 0.5
    # Every silent week is below an active one: what is below it besides are active weeks.
    active_below = below - (seen - active_seen)
    among_active[since:] = np.where(active[since:], (active_below + 1.0) / (active_seen + 2.0) - 0.5, 0.0)
    return among_all.T, among_active.T


def _compared(by_week: Floats, there: npt.NDArray[np.bool_], since: int) -> tuple[Ints, Ints]:
    """(T - since, n): how many of the LOOK_BACK weeks before each week have less, and how many have as much."""
    small = by_week.astype(np.float32)  # half the bytes to go through; equal amounts stay equal
    then = np.where(there, small, np.float32(np.nan))  # what is not there is neither less nor as much
    now, weeks = small[since:], len(by_week) - since
    below, even = np.zeros((2, *now.shape), np.uint8)
    hit = np.empty(now.shape, np.bool_)
    for lag in range(1, min(LOOK_BACK, len(by_week) - 1) + 1):
        skipped = max(0, lag - since)  # weeks that have nothing so long before them
        earlier, later = then[since + skipped - lag : since + weeks - lag], now[skipped:]
        for compare, counted in ((np.less, below), (np.equal, even)):
            compare(earlier, later, out=hit[skipped:])
            counted[skipped:] += hit[skipped:].view(np.uint8)
    return below.astype(np.int64), even.astype(np.int64)


def _weeks_before(true: npt.NDArray[np.bool_]) -> Ints:
    """(T, n): in how many of the LOOK_BACK weeks before each week it is `true`."""
    total = np.zeros((len(true) + 1, true.shape[1]), np.int64)
    np.cumsum(true, axis=0, out=total[1:])
    counted: Ints = total[:-1].copy()
    counted[LOOK_BACK:] -= total[: -1 - LOOK_BACK]
    return counted


def silences(turnover: Floats, first: Ints) -> Ints:
    """Weeks since the last active one, (n, T): 0 in an active week."""
    weeks = np.arange(turnover.shape[1])[:, None]
    last = np.maximum.accumulate(np.where(turnover.T > 0, weeks, -1), axis=0)
    return (weeks - np.maximum(last, first - 1)).T


def longest(silent: Ints, at: Ints, first_lag: int, last_lag: int) -> Floats:
    """The longest of `silent` (n, T), (m, n), that stood at any of the lags first..last before each column."""
    column = weeks_before(at, np.arange(first_lag, last_lag + 1))
    stood = np.where((column >= 0)[..., None], silent.T[np.maximum(column, 0)], 0)
    most: Floats = np.maximum(stood.max(axis=0), 0).astype(np.float64)
    return most
