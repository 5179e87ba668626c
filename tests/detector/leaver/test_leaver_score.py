"""What a trained model says, and what it must never look at."""

from __future__ import annotations

import json

import numpy as np
import pytest

import detector
from detector.leaver.combining import any_way
from detector.leaver.history import ENOUGH_WEEKS, History
from detector.leaver.model import LeaverModel, UnusableModel, load_model
from detector.leaver.training import TooLittleHistory, fit


def until(history: History, weeks: int) -> History:
    return History(history.turnover[:, :weeks], history.branch, history.first_week, history.counted[:, :weeks])


@pytest.mark.parametrize("weeks", [60, 97, 156, 157, 181])
def test_a_score_depends_on_no_later_week(model: LeaverModel, bank: History, weeks: int) -> None:
    whole = model.score(bank)
    assert np.array_equal(model.score(until(bank, weeks)), whole[:, :weeks])


def test_a_score_is_a_probability_and_the_base_rate_while_history_is_short(
    model: LeaverModel, bank: History
) -> None:
    score = model.score(bank)
    assert score.shape == bank.turnover.shape
    assert ((score > 0) & (score < 1)).all()
    seen = np.arange(1, score.shape[1] + 1) - bank.first_week[:, None]
    assert (score[seen < ENOUGH_WEEKS] == model.base_rate).all()
    assert (score[seen >= ENOUGH_WEEKS] != model.base_rate).mean() > 0.99


def test_it_knows_no_currency(model: LeaverModel, bank: History) -> None:
    cents = History(bank.turnover * 128.0, bank.branch, bank.first_week, bank.count)  # a power of two: no rounding
    assert np.allclose(model.score(cents), model.score(bank), atol=1e-6)


def test_a_client_that_goes_silent_scores_above_itself_going_on(model: LeaverModel, bank: History) -> None:
    silent = bank.turnover.copy()
    silent[20:, -10:] = 0.0
    alone = np.arange(len(silent))  # branches of one: no quiet weeks
    scores = model.score(History(silent, alone, bank.first_week, bank.count))
    plain = model.score(History(bank.turnover, alone, bank.first_week, bank.count))
    assert (scores[20:, -1] >= plain[20:, -1]).mean() > 0.95
    assert np.median(scores[20:, -1]) > np.quantile(plain[20:, -1], 0.9)


def test_weeks_in_which_a_branch_paid_nobody_are_laid_to_no_client(model: LeaverModel) -> None:
    draw = np.random.default_rng(1)
    turnover = np.exp(draw.normal(8, 0.5, (40, 120)))
    quiet = turnover.copy()
    quiet[:, 108:111] = 0.0
    branch, first = np.zeros(40, np.int64), np.zeros(40, np.int64)
    moved = model.score(History(quiet, branch, first)) - model.score(History(turnover, branch, first))
    alone = model.score(History(quiet, np.arange(40), first)) - model.score(History(turnover, np.arange(40), first))
    assert np.abs(alone[:, 110]).mean() > 0.01
    assert np.abs(moved[:, 110]).mean() < 0.6 * np.abs(alone[:, 110]).mean()


def test_the_same_history_and_seed_give_the_same_model(bank: History, model: LeaverModel) -> None:
    again = detector.fit(bank, 3)
    assert again.dump() == model.dump()
    assert again.version == model.version


def test_a_model_comes_back_from_its_file_and_scores_alike(model: LeaverModel, bank: History) -> None:
    back = load_model(model.dump())
    assert np.array_equal(back.score(bank), model.score(bank))
    assert back.evaluation == model.evaluation
    assert back.version == model.version


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"features": ["x"]}, "other features"),
        ({"format": 99}, "format 99"),
        ({"ways": []}, "not a leaver model"),
        ({"ways": [[{}], [{}]]}, "not a leaver model"),
        ({"slope": "steep"}, "not a leaver model"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model: LeaverModel, change: dict[str, object], says: str) -> None:
    body = json.loads(model.dump()) | change
    with pytest.raises(UnusableModel, match=says):
        load_model(json.dumps(body).encode())


def test_what_is_no_model_is_refused() -> None:
    for raw in (b"", b"\x80\x04\x95", b"[]", b"{}"):
        with pytest.raises(UnusableModel):
            load_model(raw)


def test_a_bank_that_is_too_small_or_too_young_is_told_so(bank: History) -> None:
    with pytest.raises(TooLittleHistory, match="stretches"):
        fit(until(bank, 60), 1)


def test_odds_of_one_way_are_not_lowered_by_the_ways_that_a_client_does_not_go() -> None:
    both = any_way([[np.array([3.0, -2.0]), np.array([5.0, -2.0])], [np.array([-6.0, -2.0])]], [0.5, 0.5])
    assert both[0] == pytest.approx(np.log(0.5 * np.exp(4.0) + 0.5 * np.exp(-6.0)))
    assert both[1] == pytest.approx(-2.0)
    assert both[0] > 4.0 - 0.7


def test_fewer_payments_of_the_same_sum_raise_the_score(model: LeaverModel, bank: History) -> None:
    fewer = np.where(bank.counted > 0, np.maximum(bank.counted - 3, 1), 0.0)
    fewer[:, :-10] = bank.counted[:, :-10]
    many = np.flatnonzero(bank.counted[:, -60:].mean(axis=1) > 3)
    lower = model.score(History(bank.turnover, bank.branch, bank.first_week, fewer))[many, -1]
    assert (lower > model.score(bank)[many, -1]).mean() > 0.8


def test_where_nobody_counted_each_week_is_one_payment(model: LeaverModel, bank: History) -> None:
    ones = (bank.turnover > 0).astype(np.int64)
    uncounted = model.score(History(bank.turnover, bank.branch, bank.first_week))
    np.testing.assert_array_equal(
        uncounted, model.score(History(bank.turnover, bank.branch, bank.first_week, ones))
    )
