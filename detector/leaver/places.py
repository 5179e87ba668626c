"""Where each week stands among the client's own weeks before it: a rank knows no outliers and no currency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.leaver.history import Floats, Ints

LOOK_BACK = 78  # weeks: a year and a half


def places(turnover: Floats, first: Ints) -> tuple[Floats, Floats]:
    """Mid-ranks in (-0.5, 0.5) of each week, (n, T): among all weeks before it, and among the active ones.

    A silent week has no place among the active ones: 0 there. Source: mid-ranks with ties as in the rank-sum test
    (Wilcoxon 1945), one added to either side so that a short history claims little.
    """
    n, weeks = turnover.shape
    below, even, active_below = np.zeros((3, n, weeks))
    seen, active_seen = np.zeros((2, n, weeks))
    for lag in range(1, min(LOOK_BACK, weeks - 1) + 1):
        now, then = turnover[:, lag:], turnover[:, :-lag]
        there = np.arange(weeks - lag) >= first[:, None]
        active = there & (then > 0)
        less = then < now
        below[:, lag:] += there & less
        even[:, lag:] += there & (then == now)
        active_below[:, lag:] += active & less
        seen[:, lag:] += there
        active_seen[:, lag:] += active
    among_all = (below + 0.5 * even + 0.5) / (seen + 1.0) - 0.5
    among_active = (active_below + 1.0) / (active_seen + 2.0) - 0.5
    return among_all, np.where(turnover > 0, among_active, 0.0)


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
