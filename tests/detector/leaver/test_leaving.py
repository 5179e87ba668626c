"""What ways of leaving do to sums and counts: fewer payments take their sums along, smaller ones are as many."""

from __future__ import annotations

import numpy as np
import pytest

from detector.leaver.courses import AHEAD_WEEKS, Course, Stretches
from detector.leaver.history import REACH_WEEKS
from detector.leaver.leaving import Leaving, half_thinned, lay_over, smaller, streams_ended, thinned

WEEKS = REACH_WEEKS + AHEAD_WEEKS
TO_30_PCT = Course(13, 0.3)
AFTER = slice(REACH_WEEKS + 13, None)


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.fixture
def stretches() -> Stretches:
    draw = np.random.default_rng(5)
    count = draw.poisson(4, (400, WEEKS)).astype(np.float64)
    turnover = count * 100.0 * np.exp(0.2 * draw.standard_normal(count.shape))
    return Stretches(turnover, count, *np.zeros((3, 400), np.int64))


WAYS: list[Leaving] = [smaller, thinned, half_thinned, streams_ended]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_changes_before_the_onset(way: Leaving, stretches: Stretches, draw) -> None:
    gone = lay_over(stretches, way(stretches, TO_30_PCT, draw), draw)
    np.testing.assert_array_equal(gone.turnover[:, :REACH_WEEKS], stretches.turnover[:, :REACH_WEEKS])
    np.testing.assert_array_equal(gone.count[:, :REACH_WEEKS], stretches.count[:, :REACH_WEEKS])


@pytest.mark.parametrize("way", WAYS)
def test_to_nothing_is_to_nothing_and_a_week_without_turnover_has_no_payments(way, stretches, draw) -> None:
    gone = lay_over(stretches, way(stretches, Course(13, 0.0), draw), draw)
    assert gone.turnover[:, AFTER].sum() == 0.0
    assert not gone.count[gone.turnover == 0].any()
    assert (gone.count <= stretches.count).all()


def test_smaller_payments_are_as_many(stretches: Stretches, draw: np.random.Generator) -> None:
    gone = lay_over(stretches, smaller(stretches, TO_30_PCT, draw), draw)
    np.testing.assert_array_equal(gone.count, stretches.count)
    np.testing.assert_allclose(gone.turnover[:, AFTER], 0.3 * stretches.turnover[:, AFTER])


def test_payments_that_fail_to_come_take_their_sums_along(stretches: Stretches, draw: np.random.Generator) -> None:
    gone = lay_over(stretches, thinned(stretches, TO_30_PCT, draw), draw)
    assert gone.count[:, AFTER].sum() == pytest.approx(0.3 * stretches.count[:, AFTER].sum(), rel=0.05)
    assert gone.turnover[:, AFTER].sum() == pytest.approx(0.3 * stretches.turnover[:, AFTER].sum(), rel=0.05)
    np.testing.assert_array_equal(gone.count, np.rint(gone.count))


def test_half_by_fewer_and_half_by_smaller_payments(stretches: Stretches, draw: np.random.Generator) -> None:
    gone = lay_over(stretches, half_thinned(stretches, TO_30_PCT, draw), draw)
    assert gone.count[:, AFTER].sum() == pytest.approx(0.3**0.5 * stretches.count[:, AFTER].sum(), rel=0.05)
    assert gone.turnover[:, AFTER].sum() == pytest.approx(0.3 * stretches.turnover[:, AFTER].sum(), rel=0.05)


def test_streams_end_one_after_another_and_the_last_go_on(stretches: Stretches, draw: np.random.Generator) -> None:
    left = streams_ended(stretches, TO_30_PCT, draw)
    gone = lay_over(stretches, left, draw)
    halfway = gone.turnover[:, REACH_WEEKS + 6].sum() / stretches.turnover[:, REACH_WEEKS + 6].sum()
    assert 0.3 < halfway < 0.8
    assert 0.02 < gone.turnover[:, AFTER].sum() / stretches.turnover[:, AFTER].sum() < 0.35
    assert len(np.unique(np.round(left.chance[:, -1], 2))) > 10
