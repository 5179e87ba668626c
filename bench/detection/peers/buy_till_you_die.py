"""BG/NBD, what marketing asks whether a customer is still alive: it sees when somebody came, not with how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.detection.not_measured import need
from bench.detection.sample import Branch, Detector, Floats, Sample


def bg_nbd(branches: Sequence[Branch]) -> Detector:
    """1 - P(alive) at the end of each week. The four parameters of the population are fitted once, to the whole
    lives of all clients, leavers among them: more than any bank could know at the time, and in the peer's favour.
    """
    pandas: Any = need("pandas", "pymc-marketing")
    clv: Any = need("pymc_marketing.clv", "pymc-marketing")
    model = clv.BetaGeoModel()
    model.fit(data=_table(pandas, *_lives(branches)), method="map", progressbar=False)

    def score(sample: Sample) -> Floats:
        repeats, recency, age = histories(sample.turnover)
        table = _table(pandas, repeats.ravel(), recency.ravel(), age.ravel())
        alive = model.expected_probability_alive(data=table).to_numpy().reshape(sample.turnover.shape)
        return 1.0 - alive

    return score


def histories(turnover: Floats) -> tuple[Floats, Floats, Floats]:
    """As of each week, (n, T): weeks paid after the first, weeks from the first to the last paid one, weeks since
    the first; zeros before it.
    """
    paid = turnover > 0
    week = np.arange(turnover.shape[1])
    seen = paid.cumsum(axis=1)
    begun = seen > 0
    first = np.where(paid.any(axis=1), paid.argmax(axis=1), 0)[:, None]
    last = np.maximum.accumulate(np.where(paid, week, 0), axis=1)
    return (
        np.where(begun, seen - 1, 0).astype(np.float64),
        np.where(begun, last - first, 0).astype(np.float64),
        np.where(begun, week - first, 0).astype(np.float64),
    )


def _lives(branches: Sequence[Branch]) -> tuple[Floats, ...]:
    ends = [tuple(column[:, -1] for column in histories(branch.turnover)) for branch in branches]
    return tuple(np.concatenate(column) for column in zip(*ends, strict=True))


def _table(pandas: Any, repeats: Floats, recency: Floats, age: Floats) -> Any:
    return pandas.DataFrame(
        {"customer_id": np.arange(len(age)), "frequency": repeats, "recency": recency, "T": age}
    )
