"""Where each week stands among the client's own weeks before it: a rank knows no outliers and no currency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.leaver.history import Floats, Ints

LOOK_BACK = 78  # weeks: a year and a half


def places(turnover: Floats, first: Ints, since: int = 0) -> tuple[Floats, Floats]:
    """Mid-ranks in (-0.5, 0.5) of each week from column `since` on, (n, T): among all weeks before it, and among
    the active ones; 0 in the columns before. A silent week has no place among the active ones: 0 there.

    Source: mid-ranks with ties as in the rank-sum test (Wilcoxon 1945), one added to either side so that a short
    history claims little.
    """
    weeks = turnover.shape[1]
    small = turnover.astype(np.float32)  # half the bytes to go through; equal amounts stay equal
    below, even, active_below, seen, active_seen = np.zeros((5, *turnover.shape), np.uint8)
    for lag in range(1, min(LOOK_BACK, weeks - 1) + 1):
        begin = max(since, lag)
        now, then = small[:, begin:], small[:, begin - lag : weeks - lag]
        there = np.arange(begin - lag, weeks - lag) >= first[:, None]
        active = there & (then > 0)
        less = then < now
        for counted, hit in (
            (below, there & less),
            (even, there & (then == now)),
            (active_below, active & less),
            (seen, there),
            (active_seen, active),
        ):
            counted[:, begin:] += hit.view(np.uint8)
    among_all = (below + 0.5 * even + 0.5) / (seen + 1.0) - 0.5
    among_active = np.where(turnover > 0, (active_below + 1.0) / (active_seen + 2.0) - 0.5, 0.0)
    among_all[:, :since] = among_active[:, :since] = 0.0
    return among_all, among_active


def silences(turnover: Floats, first: Ints) -> npt.NDArray[np.int64]:
    """Weeks since the last active one, (n, T): 0 in an active week."""
    weeks = np.arange(turnover.shape[1])
    last = np.maximum.accumulate(np.where(turnover > 0, weeks, -1), axis=1)
    return weeks - np.maximum(last, first[:, None] - 1)


def longest(silent: npt.NDArray[np.int64], at: Ints, first_lag: int, last_lag: int) -> Floats:
    """The longest silence, (n, m), that stood at any of the lags first..last, inclusive, before each column."""
    most = np.zeros((len(silent), len(at)))
    for lag in range(first_lag, last_lag + 1):
        there = at >= lag
        most[:, there] = np.maximum(most[:, there], silent[:, at[there] - lag])
    return most
