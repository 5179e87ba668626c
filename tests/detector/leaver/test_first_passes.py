"""First passes of a limit, and how much of its log-odds they leave a look."""

from __future__ import annotations

import numpy as np
import pytest

from detector.leaver.courses import AHEAD_WEEKS, Stretches
from detector.leaver.first_passes import LEAVING_A_YEAR, FirstPasses, shrunk, watch
from detector.leaver.history import REACH_WEEKS, Floats, Ints
from detector.leaver.model import LeaverModel

BASE_RATE = 0.05
BASE = float(np.log(BASE_RATE / (1 - BASE_RATE)))
NOBODY = np.zeros(0)


def chance(log_odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-log_odds))


def passes(stay: Floats, go: Floats, hidden: float = 0.0, weight: float = 1.0) -> FirstPasses:
    return FirstPasses(stay, go, np.arange(len(go)) < hidden * len(go), weight)


@pytest.mark.parametrize("left", [0.35, 0.6, 0.9])
def test_the_share_that_is_left_is_found_again(left: float) -> None:
    draw = np.random.default_rng(1)
    stated = draw.uniform(0.0, 3.0, 40_000)
    leaves = draw.random(len(stated)) < chance(BASE + left * (stated - BASE))
    slope, offset = shrunk(1.0, 0.0, BASE_RATE, [passes(stated[~leaves], stated[leaves])])
    assert slope == pytest.approx(left, abs=0.03)
    assert offset == pytest.approx(BASE * (1 - slope))


def test_leavers_among_those_that_seem_to_stay_are_not_held_against_the_score() -> None:
    draw = np.random.default_rng(2)
    stated = draw.uniform(0.0, 3.0, 40_000)
    leaves = draw.random(len(stated)) < chance(BASE + 0.6 * (stated - BASE))
    hidden = [passes(stated, stated[leaves], hidden=1.0)]
    assert shrunk(1.0, 0.0, BASE_RATE, hidden)[0] == pytest.approx(0.6, abs=0.03)
    taken_for_staying = [passes(stated, stated[leaves])]
    assert shrunk(1.0, 0.0, BASE_RATE, taken_for_staying)[0] < 0.5


def test_one_faded_pass_stands_for_as_many_leavers_as_its_weight_says() -> None:
    stay, go = np.full(800, 1.0), np.full(200, 1.0)
    whole = shrunk(1.0, 0.0, BASE_RATE, [passes(stay, go)])
    tenth = shrunk(1.0, 0.0, BASE_RATE, [passes(stay, np.full(2000, 1.0), weight=0.1)])
    parted = shrunk(1.0, 0.0, BASE_RATE, [passes(stay[:300], go[:50]), passes(stay[300:], go[50:])])
    assert tenth == pytest.approx(whole)
    assert parted == pytest.approx(whole)
    assert chance(np.array([whole[0] + whole[1]]))[0] == pytest.approx(0.2, abs=1e-6)


def test_the_base_rate_and_the_order_stay_and_nothing_becomes_surer() -> None:
    for stay, go in ((np.full(50, 2.0), NOBODY), (NOBODY, np.full(50, 2.0)), (NOBODY, NOBODY)):
        slope, offset = shrunk(0.8, -1.0, BASE_RATE, [passes(stay, go)])
        assert 0.0 < slope <= 0.8 + 1e-6
        assert slope * (BASE + 1.0) / 0.8 + offset == pytest.approx(BASE)


def stretches(clients: int) -> Stretches:
    weeks = REACH_WEEKS + AHEAD_WEEKS
    return Stretches(
        np.full((clients, weeks), 100.0),
        np.full((clients, weeks), 4.0),
        np.zeros(clients, np.int64),
        np.full(clients, 26),
        np.arange(clients),
    )


def by_silence(of: Stretches, at: Ints) -> Floats:
    """A margin that knows one thing: the share that is gone of the last four weeks' turnover."""
    four = np.stack([of.turnover[:, at - back] for back in range(4)]).mean(axis=0)
    return 1.0 - four / 100.0


def test_who_leaves_passes_once_and_who_stays_as_ever_does_not() -> None:
    seen = watch(stretches(400), by_silence, 0.25, np.random.default_rng(3))
    assert len(seen.staying) == 0
    assert 200 < len(seen.leaving) <= 400
    assert (seen.leaving >= 0.25).all()
    assert 0 < seen.hidden.sum() < len(seen.hidden)
    assert seen.weight == pytest.approx(LEAVING_A_YEAR / 2)


def test_a_pass_in_the_year_before_the_onset_is_no_news_of_it() -> None:
    early = stretches(400)
    early.turnover[:200, REACH_WEEKS - 30 : REACH_WEEKS - 20] = 0.0
    early.turnover[200:, REACH_WEEKS + 5 : REACH_WEEKS + 15] = 0.0
    seen = watch(early, by_silence, 0.25, np.random.default_rng(4))
    assert len(seen.staying) == 200
    assert len(seen.leaving) <= 200


def test_a_bank_without_stretches_of_a_fold_says_nothing() -> None:
    seen = watch(stretches(0), by_silence, 0.25, np.random.default_rng(5))
    assert (len(seen.staying), len(seen.leaving), seen.weight) == (0, 0, 0.0)


def test_a_fitted_model_keeps_its_limits_in_order(model: LeaverModel) -> None:
    assert model.base_rate < model.prompt_at < model.alarm_at < 1.0
    assert model.slope > 0.0
