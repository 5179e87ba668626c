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
    by_week = np.ascontiguousarray(turnover.T)
    weeks = len(by_week)
    known = np.where(by_week > 0, by_week, -1.0).astype(np.float32)  # half the bytes to go through
    near = _SAME * known  # of silent weeks below zero: never the same
    again, same = np.zeros((2, *by_week.shape), np.bool_)
    apart = np.empty(by_week.shape, np.float32)
    for lag in range(1, min(BACK_WEEKS, weeks - 1) + 1):
        begin = max(since, lag)
        then = slice(begin - lag, weeks - lag)
        np.subtract(known[begin:], known[then], out=apart[begin:])
        np.abs(apart[begin:], out=apart[begin:])
        np.less_equal(apart[begin:], near[then], out=same[begin:])
        again[begin:] |= same[begin:]
    marks: Floats = again.T.astype(np.float64)
    return marks


def largest(turnover: Floats, weeks: int) -> Floats:
    """(n, T): the most of the last `weeks` weeks."""
    most = turnover.T.copy()
    width = 1
    while width < weeks:
        step = min(width, weeks - width)
        most[step:] = np.maximum(most[step:], most[:-step])
        width += step
    return most.T


def smallest(turnover: Floats, weeks: int) -> Floats:
    """(n, T): the least payment of the last `weeks` weeks; infinite where there was none."""
    return -largest(np.where(turnover > 0, -turnover, -np.inf), weeks)
