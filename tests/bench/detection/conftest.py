from __future__ import annotations

import numpy as np
import pytest

from bench.detection.sample import STAYED, Branch, Floats

WEEKS = 300


@pytest.fixture
def payments() -> Floats:
    """Twenty clients, paid in three weeks of four, levels of four orders of magnitude."""
    rng = np.random.default_rng(11)
    level = 10.0 ** rng.uniform(2, 6, (20, 1))
    return level * rng.lognormal(0, 0.4, (20, WEEKS)) * (rng.random((20, WEEKS)) < 0.75)


@pytest.fixture
def branch(payments: Floats) -> Branch:
    """The last four clients slide out over half a year and are gone for the last twenty weeks."""
    turnover = payments.copy()
    share = np.clip((WEEKS - 20 - np.arange(WEEKS)) / 26, 0, 1)
    turnover[16:] *= share
    paid = turnover > 0
    outcome = np.array([STAYED] * 16 + ["ended_gradual_fade"] * 4)
    return Branch("one", 14606, turnover, paid.argmax(axis=1), WEEKS - 1 - paid[:, ::-1].argmax(axis=1), outcome)
