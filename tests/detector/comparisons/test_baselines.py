from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.comparisons.baselines import rolling

AMOUNTS = st.lists(st.integers(-(10**15), 10**15), max_size=70)


@given(volumes=AMOUNTS)
def test_each_week_is_shown_the_mean_of_the_weeks_before_it(volumes: list[int]) -> None:
    found = rolling(np.array(volumes, np.int64))
    for weeks, means in ((8, found.recent), (13, found.quarter), (52, found.year)):
        assert len(means) == len(volumes)
        for t, mean in enumerate(means):
            if t < weeks:
                assert np.isnan(mean)
            else:
                assert mean == pytest.approx(sum(volumes[t - weeks : t]) / weeks, rel=1e-12)


def test_many_clients_at_once_are_each_by_itself() -> None:
    volumes = np.random.default_rng(1).integers(0, 10**9, (5, 60))
    together = rolling(volumes)
    for client, row in enumerate(volumes):
        alone = rolling(row)
        assert np.array_equal(together.recent[client], alone.recent, equal_nan=True)
        assert np.array_equal(together.year[client], alone.year, equal_nan=True)
