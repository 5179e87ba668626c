"""Detectors that look at one client at a time, and what they share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.detection.peers.standardised import FLOOR, YEAR, steady_shortfall, trailing_mean
from bench.detection.sample import Detector, Floats, Sample

QUARTER = 13


def each_series(score_row: Callable[[Floats], Floats], read: Callable[[Floats], Floats]) -> Detector:
    """Score row by row, (T,) to (T,), what `read` makes of the turnover, (n, T) to (n, T).

    A row that comes again, and of the stayers most do, is not scored again: the scores of a series are its own.
    """
    known: dict[bytes, Floats] = {}

    def score(sample: Sample) -> Floats:
        return np.stack([_remembered(known, row, score_row) for row in read(sample.turnover)])

    return score


def _remembered(known: dict[bytes, Floats], row: Floats, score_row: Callable[[Floats], Floats]) -> Floats:
    key = row.tobytes()
    if key not in known:
        known[key] = score_row(row)
    return known[key]


def raw(turnover: Floats) -> Floats:
    return turnover


def short_weeks(turnover: Floats) -> Floats:
    """Shortfall of each week in deviations of its year, NaN in the first year."""
    return steady_shortfall(turnover)


def short_quarters(short: Floats, weeks: int = QUARTER) -> Floats:
    """Mean of the last `weeks` weeks of a shortfall, (T,) or (n, T), NaN until they have all been judged."""
    rows = np.atleast_2d(short)
    means = np.full(rows.shape, np.nan)
    means[:, YEAR:] = trailing_mean(rows[:, YEAR:], weeks, 0)
    return means.reshape(short.shape)


def only_falls(scores: Floats, short: Floats) -> Floats:
    """What is strange because it is more than usual is no leaver: FLOOR where the last quarter is not short."""
    quarter = short_quarters(short)
    return np.where(np.nan_to_num(quarter, nan=-1.0) > 0.0, scores, FLOOR)
