"""The chance that a first alert states is about the share that is leaving."""

from __future__ import annotations

import numpy as np
import pytest

from research.reliability import Alert, first_alerts
from services.judging.leaver_model import model_of
from services.settings import Settings

SEED, CLIENTS = 31, 500
MARGIN = 0.1


@pytest.fixture(scope="module")
def alerts() -> list[Alert]:
    model = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert model is not None
    return list(first_alerts(SEED, model, CLIENTS))


def test_the_shipped_model_is_no_surer_of_first_alerts_than_is_so(alerts: list[Alert]) -> None:
    assert len(alerts) > 100
    assert _mean_chance(alerts) < _share_leaving(alerts) + MARGIN
    surer = [each for each in alerts if each.chance > np.median([other.chance for other in alerts])]
    assert _mean_chance(surer) < _share_leaving(surer) + MARGIN


def test_nor_is_it_much_less_sure(alerts: list[Alert]) -> None:
    assert _mean_chance(alerts) > _share_leaving(alerts) - MARGIN


def test_the_surer_half_of_first_alerts_leaves_more_often(alerts: list[Alert]) -> None:
    order = sorted(alerts, key=lambda each: each.chance)
    half = len(order) // 2
    assert _share_leaving(order[half:]) > 1.3 * _share_leaving(order[:half])


def _mean_chance(alerts: list[Alert]) -> float:
    return float(np.mean([each.chance for each in alerts]))


def _share_leaving(alerts: list[Alert]) -> float:
    return float(np.mean([each.left for each in alerts]))
