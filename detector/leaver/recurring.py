"""Sums that come again, and the largest and smallest of some weeks: marks of payments that go on as they were."""

from __future__ import annotations

import numpy as np

from detector.leaver.history import Floats

BACK_WEEKS = 78  # in which a sum may have been paid before: yearly ones too
_SAME = 5e-4  # of the sum: two that differ by less are one, whatever they are counted in


def recurring(turnover: Floats, since: int) -> Floats:
    """(n, T): 1 where a week's sum was also paid in one of the BACK_WEEKS weeks before, else 0; 0 before `since`.

    What goes on to the penny is a rent, a fee or a contract, and no course of leaving passes through it.
    """
    weeks = turnover.shape[1]
    known = np.where(turnover > 0, turnover, -1.0).astype(np.float32)  # half the bytes to go through
    again = np.zeros(turnover.shape, np.bool_)
    for lag in range(1, min(BACK_WEEKS, weeks - 1) + 1):
        begin = max(since, lag)
        now, then = known[:, begin:], known[:, begin - lag : weeks - lag]
        again[:, begin:] |= np.abs(now - then) <= _SAME * then  # silent weeks lie below zero: never the same
    return again.astype(np.float64)


def largest(turnover: Floats, weeks: int) -> Floats:
    """(n, T): the most of the last `weeks` weeks."""
    most = turnover.copy()
    width = 1
    while width < weeks:
        step = min(width, weeks - width)
        most[:, step:] = np.maximum(most[:, step:], most[:, :-step].copy())
        width += step
    return most


def smallest(turnover: Floats, weeks: int) -> Floats:
    """(n, T): the least payment of the last `weeks` weeks; infinite where there was none."""
    return -largest(np.where(turnover > 0, -turnover, -np.inf), weeks)
