"""A small bank of steady, sparse and seasonal clients, and a model of it."""

from __future__ import annotations

import numpy as np
import pytest

from detector.leaver.history import History
from detector.leaver.model import LeaverModel
from detector.leaver.training import fit

WEEKS = 182


def small_bank(clients: int = 40, weeks: int = WEEKS, seed: int = 4) -> History:
    """Lognormal sums of a few payments in a share of weeks that differs; a tenth leaves in the last year."""
    draw = np.random.default_rng(seed)
    active = draw.random((clients, weeks)) < draw.uniform(0.3, 1.0, (clients, 1))
    amounts = np.exp(draw.normal(8, 1, (clients, 1)) + draw.normal(0, 0.6, (clients, weeks)))
    turnover = np.where(active, np.round(amounts, 2), 0.0)
    for leaver in range(clients // 10):
        turnover[leaver, weeks - 40 + leaver :] = 0.0
    first_week = np.where(np.arange(clients) % 5 == 0, 40, 0)
    turnover[np.arange(weeks) < first_week[:, None]] = 0.0
    count = np.where(turnover > 0, 1 + draw.poisson(draw.uniform(0.0, 4.0, (clients, 1)), turnover.shape), 0)
    return History(turnover, np.arange(clients) % 2, first_week, count)


@pytest.fixture(scope="session")
def bank() -> History:
    return small_bank()


@pytest.fixture(scope="session")
def model(bank: History) -> LeaverModel:
    return fit(bank, seed=3)
