"""The false-alarm budget: the same for every detector, so that catching more is not bought with crying wolf."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bench.detection.sample import Floats, Ints

BUDGET = 0.05  # share of client-quarters of stayers in which anything may pass
QUARTER = 13


def highest_in(scores: Floats, row: Ints, start: Ints, weeks: int = QUARTER) -> Floats:
    """Largest score of `weeks` weeks from `start` in each `row`, same length; they must fit into the scores."""
    return sliding_window_view(scores, weeks, axis=1)[row, start].max(axis=1)


def highest_so_far(scores: Floats, row: Ints, start: Ints, weeks: int) -> Floats:
    """(k, weeks): column w holds the largest score of weeks `start` to `start + w`."""
    found: Floats = np.maximum.accumulate(sliding_window_view(scores, weeks, axis=1)[row, start], axis=1)
    return found


def threshold(quiet: Floats) -> float:
    """The score that at most BUDGET of the quiet quarters go beyond; strictly beyond it is an alarm."""
    return float(np.quantile(quiet, 1.0 - BUDGET))
