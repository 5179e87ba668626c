"""The chance that a first alert states is about the share that is leaving."""

from __future__ import annotations

import numpy as np
import pytest

from detector.explanation.label import FAIR
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


def test_those_sure_enough_to_be_called_leaving_leave_more_often(alerts: list[Alert]) -> None:
    least = FAIR[0]
    sure, others = ([each for each in alerts if (each.chance >= least) is wanted] for wanted in (True, False))
    assert len(sure) > 20
    assert _share_leaving(sure) > 1.3 * _share_leaving(others)


def _mean_chance(alerts: list[Alert]) -> float:
    return float(np.mean([each.chance for each in alerts]))


def _share_leaving(alerts: list[Alert]) -> float:
    return float(np.mean([each.left for each in alerts]))
