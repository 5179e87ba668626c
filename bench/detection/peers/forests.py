"""Forests that learn what is usual and score what is not: one a client, learning each week how short the last week,
its month and its quarter are. (Thirteen single weeks as one point, the other usual way, catch fewer.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.detection.not_measured import need
from bench.detection.peers.series import QUARTER, each_series, only_falls, short_quarters, short_weeks
from bench.detection.peers.standardised import FLOOR, STEADY, YEAR
from bench.detection.sample import Detector, Floats

SEED = 1
MONTH = 4


def half_space_trees() -> Detector:
    """River's."""
    anomaly: Any = need("river.anomaly", "river")

    def score_row(short: Floats) -> Floats:
        forest = anomaly.HalfSpaceTrees(n_trees=25, height=6, window_size=YEAR, seed=SEED)
        found = np.full(len(short), FLOOR)
        # Half-space trees cut between 0 and 1.
        for at, (week, month, quarter) in _points((short + STEADY) / (2.0 * STEADY)):
            point = {"week": week, "month": month, "quarter": quarter}
            found[at] = forest.score_one(point)
            forest.learn_one(point)
        return only_falls(found, short)

    return each_series(score_row, short_weeks)


def random_cut_forest() -> Detector:
    """Amazon's, through its Rust library."""
    krcf: Any = need("krcf", "krcf")
    options = {"dimensions": 3, "shingle_size": 1, "num_trees": 30, "sample_size": 128, "random_seed": SEED}

    def score_row(short: Floats) -> Floats:
        forest = krcf.RandomCutForest(options | {"output_after": QUARTER})
        found = np.full(len(short), FLOOR)
        for at, point in _points(short):
            found[at] = forest.score(point)
            forest.update(point)
        return only_falls(found, short)

    return each_series(score_row, short_weeks)


def _points(weeks: Floats) -> Iterator[tuple[int, list[float]]]:
    """Week by week from the first whole quarter on: the week, and the means of its month and of its quarter."""
    month, quarter = short_quarters(weeks, MONTH), short_quarters(weeks)
    begin = YEAR + QUARTER - 1
    return enumerate(np.stack([weeks, month, quarter], axis=1)[begin:].tolist(), begin)
