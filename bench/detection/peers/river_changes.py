"""River's change detectors. They say yes or no, so each runs at a ladder of strictness, and a week's score is the
strictest rung at which a fall was found in it: the budget then chooses the rung, as a user would have to.

KSWIN needs no ladder: its test's p-value is its strictness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bench.detection.not_measured import need
from bench.detection.peers.series import QUARTER, each_series, raw, short_weeks
from bench.detection.peers.standardised import YEAR
from bench.detection.sample import Detector, Floats

ADWIN_DELTAS = np.geomspace(0.9, 1e-12, 24)
PAGE_HINKLEY_THRESHOLDS = np.geomspace(1.0, 80.0, 24)
SLACK = 0.25  # deviations a week, as for CUSUM; River's own is for numbers between 0 and 1
KSWIN_WINDOW = YEAR + QUARTER
SEED = 1


def adwin() -> Detector:
    drift: Any = need("river.drift", "river")

    def fires(week: float, detector: Any) -> bool:
        before = detector.estimation
        detector.update(week)
        return bool(detector.drift_detected and detector.estimation > before)

    return _ladder([lambda delta=delta: drift.ADWIN(delta=delta, clock=1) for delta in ADWIN_DELTAS], fires)


def page_hinkley() -> Detector:
    drift: Any = need("river.drift", "river")

    def make(threshold: float) -> Any:
        return drift.PageHinkley(min_instances=QUARTER, delta=SLACK, threshold=threshold, mode="up")

    def fires(week: float, detector: Any) -> bool:
        detector.update(week)
        return bool(detector.drift_detected)

    return _ladder([lambda rung=rung: make(rung) for rung in PAGE_HINKLEY_THRESHOLDS], fires)


def kswin() -> Detector:
    """A quarter against weeks drawn from the year before it; the weeks as they are: a rank test needs no scale."""
    drift: Any = need("river.drift", "river")

    def score_row(weeks: Floats) -> Floats:
        # With alpha 0 it never starts anew: what it finds in a week is the strictness at which it would have fired.
        detector = drift.KSWIN(alpha=0.0, window_size=KSWIN_WINDOW, stat_size=QUARTER, seed=SEED)
        found = np.zeros(len(weeks))
        for at, week in enumerate(weeks):
            detector.update(float(week))
            if at + 1 >= KSWIN_WINDOW and _falls(weeks, at):
                found[at] = -np.log10(max(detector.p_value, 1e-300))
        return found

    return each_series(score_row, raw)


def _falls(weeks: Floats, at: int) -> bool:
    quarter, year = weeks[at - QUARTER + 1 : at + 1], weeks[at - KSWIN_WINDOW + 1 : at - QUARTER + 1]
    return bool(quarter.mean() < year.mean())


def _ladder(rungs: Iterable[Callable[[], Any]], fires: Callable[[float, Any], bool]) -> Detector:
    """`rungs` from lenient to strict; reads the shortfall of each week from the second year on."""

    def score_row(short: Floats) -> Floats:
        found = np.zeros(len(short))
        judged = short[YEAR:].tolist()
        for height, make in enumerate(rungs, 1):
            detector = make()
            for at, week in enumerate(judged, YEAR):
                if fires(week, detector):
                    found[at] = height
        return found

    return each_series(score_row, short_weeks)
