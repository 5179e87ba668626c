"""The rolling baselines shown beside a client's weeks. Source: docs/judging.md, "Comparisons"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.comparisons.readings import Floats
from detector.comparisons.sums import Ints

RECENT_WEEKS, QUARTER_WEEKS, YEAR_WEEKS = 8, 13, 52


@dataclass(frozen=True, slots=True)
class Rolling:
    """Weekly means, float64 of the volumes' shape, of the weeks before each week; NaN where there are too few."""

    recent: Floats
    quarter: Floats
    year: Floats


def rolling(volumes: Ints) -> Rolling:
    """Baselines of int64 weekly volumes (T,) or (n, T), oldest first: 8, 13 and 52 weeks before each."""
    start = np.zeros((*volumes.shape[:-1], 1), np.int64)
    total = np.concatenate([start, np.cumsum(volumes, axis=-1)], axis=-1)
    return Rolling(*(_mean_before(total, weeks) for weeks in (RECENT_WEEKS, QUARTER_WEEKS, YEAR_WEEKS)))


def _mean_before(total: Ints, weeks: int) -> Floats:
    """`total[..., t]` is the volume of all weeks before t."""
    means = np.full((*total.shape[:-1], total.shape[-1] - 1), np.nan)
    means[..., weeks:] = (total[..., weeks:-1] - total[..., : -1 - weeks]) / weeks
    return means
