"""A week beside the client's own year: what every chart and stream detector here reads."""

from __future__ import annotations

import numpy as np

from bench.detection.sample import Floats

YEAR = 52
FLOOR = -9.0  # below every score that means anything: not judged yet
TINY = 1e-9  # units a week; keeps a division by a silent year finite
STEADY = 4.0  # deviations; beyond it one freak week would rule a chart for months


def trailing_mean(weekly: Floats, weeks: int, lag: int) -> Floats:
    """Mean of the `weeks` weeks that end `lag` weeks ago, same shape, NaN where they reach before column 0."""
    total = np.pad(np.cumsum(weekly, axis=1), ((0, 0), (1, 0)))
    means = (total[:, weeks:] - total[:, :-weeks]) / weeks
    found = np.full(weekly.shape, np.nan)
    begin = weeks - 1 + lag
    found[:, begin:] = means[:, : max(0, weekly.shape[1] - begin)]
    return found


def year_before(weekly: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the 52 weeks before each week."""
    mean = trailing_mean(weekly, YEAR, 1)
    square = trailing_mean(weekly * weekly, YEAR, 1)
    return mean, np.sqrt(np.maximum(square - mean * mean, 0.0))


def shortfall(weekly: Floats) -> Floats:
    """Deviations of its own year by which a week is short, negative where it is above; NaN in the first year."""
    mean, deviation = year_before(weekly)
    short: Floats = (mean - weekly) / (deviation + TINY)
    return short


def steady_shortfall(weekly: Floats) -> Floats:
    """The same within STEADY on both sides."""
    return np.clip(shortfall(weekly), -STEADY, STEADY)


def judged(scores: Floats) -> Floats:
    """Scores with FLOOR where there is none."""
    return np.where(np.isfinite(scores), scores, FLOOR)
