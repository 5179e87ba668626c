"""Single comparisons as the bank makes them, and the control charts of the textbooks."""

from __future__ import annotations

import numpy as np

from bench.detection.peers.standardised import (
    FLOOR,
    TINY,
    YEAR,
    judged,
    shortfall,
    steady_shortfall,
    trailing_mean,
)
from bench.detection.sample import Detector, Floats, Sample

SLACK = 0.25  # deviations a week that CUSUM lets pass


def comparison(weeks: int, base_weeks: int, lag: int) -> Detector:
    """By which share the last `weeks` weeks lie under the `base_weeks` weeks that end `lag` weeks ago."""

    def score(sample: Sample) -> Floats:
        now, usual = trailing_mean(sample.turnover, weeks, 0), trailing_mean(sample.turnover, base_weeks, lag)
        return judged(1.0 - now / (usual + TINY))

    return score


def three_sigma(sample: Sample) -> Floats:
    """Shewhart's chart: the week alone, in deviations of the year before it."""
    return judged(shortfall(sample.turnover))


def ewma(weight: float) -> Detector:
    """Roberts' chart of the exponentially weighted shortfall."""

    def score(sample: Sample) -> Floats:
        short, level, found = *_start(sample), np.full(sample.turnover.shape, FLOOR)
        for week in range(YEAR, short.shape[1]):
            level = (1.0 - weight) * level + weight * short[:, week]
            found[:, week] = level
        return found

    return score


def cusum(sample: Sample) -> Floats:
    """Page's chart: the shortfall beyond SLACK, summed up and never below zero."""
    short, total, found = *_start(sample), np.full(sample.turnover.shape, FLOOR)
    for week in range(YEAR, short.shape[1]):
        total = np.maximum(0.0, total + short[:, week] - SLACK)
        found[:, week] = total
    return found


def _start(sample: Sample) -> tuple[Floats, Floats]:
    return steady_shortfall(sample.turnover), np.zeros(len(sample.turnover))


COMPARISONS: dict[str, Detector] = {
    "week_vs_recent": comparison(1, 8, 1),
    "quarter_vs_quarter": comparison(13, 13, 13),
    "quarter_vs_year": comparison(13, 52, 13),
    "quarter_vs_last_year": comparison(13, 13, 52),
    "8_weeks_vs_year": comparison(8, 52, 8),
}
CHARTS: dict[str, Detector] = {
    "three_sigma": three_sigma,
    "ewma_0.2": ewma(0.2),
    "ewma_0.1": ewma(0.1),
    "cusum": cusum,
}
