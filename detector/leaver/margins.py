"""What trees say of many clients' weeks: one margin each, of all ways of leaving together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detector.leaver.combining import any_way
from detector.leaver.features import features
from detector.leaver.history import Floats, Ints

if TYPE_CHECKING:
    import xgboost

_AT_ONCE = 400_000  # client-weeks of history in work at a time: what a processor keeps near


def margins_of(
    boosters: Sequence[Sequence[xgboost.Booster]],
    shares: Sequence[float],
    turnover: Floats,
    count: Floats,
    first: Ints,
    at: Ints,
) -> Floats:
    """Raw log-odds, (n, m), of n clients at the m columns `at` of their weeks. See detector.leaver.combining."""
    out = np.zeros((len(turnover), len(at)))
    rows = max(1, _AT_ONCE // max(1, turnover.shape[1]))
    for start in range(0, len(turnover), rows):
        part = slice(start, start + rows)
        columns = features(turnover[part], count[part], first[part], at)
        flat = columns.reshape(-1, columns.shape[-1])
        ways = [[each.inplace_predict(flat, predict_type="margin") for each in way] for way in boosters]
        out[part] = any_way(ways, shares).reshape(columns.shape[:2])
    return out
