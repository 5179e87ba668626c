"""Toolkits for anomalies in time series, made for a whole series at once: here they see each week's past alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.detection.not_measured import need
from bench.detection.peers.series import QUARTER, each_series, only_falls, raw
from bench.detection.peers.standardised import FLOOR, steady_shortfall
from bench.detection.sample import WARM_UP_WEEKS, Detector, Floats, Sample

HALF_YEAR = 26
LEAST_SPREAD = 0.05  # of a usual week: a client whose medians never moved would be strange for a penny


def luminol() -> Detector:
    """LinkedIn's exponential average detector: the last week of the weeks up to it."""
    module: Any = need("luminol.anomaly_detector", "luminol")

    def score_row(weeks: Floats) -> Floats:
        found = np.full(len(weeks), FLOOR)
        for at in range(WARM_UP_WEEKS - 1, len(weeks)):
            past = dict(enumerate(weeks[at - WARM_UP_WEEKS + 1 : at + 1].tolist()))
            detector = module.AnomalyDetector(past, score_only=True, algorithm_name="exp_avg_detector")
            found[at] = detector.get_all_scores().values[-1]
        return only_falls(found, steady_shortfall(weeks[None])[0])

    return each_series(score_row, raw)


def adtk_level_shift() -> Detector:
    """ADTK's level shift: a quarter's median under the half year's before it, in spreads of the client's first
    WARM_UP_WEEKS weeks. Its own detector says yes or no for a number of spreads; the budget chooses that number.
    """
    pandas: Any = need("pandas", "adtk")
    transformer: Any = need("adtk.transformer", "adtk")

    def score(sample: Sample) -> Floats:
        days = pandas.date_range("2000-01-03", periods=sample.turnover.shape[1], freq="7D")
        shift = transformer.DoubleRollingAggregate(
            agg="median", window=(HALF_YEAR, QUARTER), center=False, diff="diff"
        ).transform(pandas.DataFrame(sample.turnover.T, index=days))
        return _in_spreads(shift.to_numpy().T, sample)

    return score


def _in_spreads(shift: Floats, sample: Sample) -> Floats:
    """By how many interquartile ranges a fall lies beyond the upper quartile of the first shifts, as in ADTK."""
    found = np.full(shift.shape, FLOOR)
    for row, first in enumerate(sample.first):
        known = slice(first + HALF_YEAR + QUARTER - 1, first + WARM_UP_WEEKS)
        usual = sample.turnover[row, first : first + WARM_UP_WEEKS].mean()
        lower, upper = (
            np.quantile(np.abs(shift[row, known]), (0.25, 0.75)) if shift[row, known].size else (0.0, 0.0)
        )
        spread = upper - lower + LEAST_SPREAD * usual
        late = slice(first + WARM_UP_WEEKS, None)
        falls = np.nan_to_num(shift[row, late]) < 0.0
        found[row, late] = np.where(falls, (np.abs(shift[row, late]) - upper) / spread, FLOOR)
    return found
