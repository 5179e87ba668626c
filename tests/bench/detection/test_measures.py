from __future__ import annotations

import numpy as np
import pytest

from bench.detection.courses import COURSES, Course
from bench.detection.measures import AHEAD, FAST, GRADUAL, WITHIN, ahead, injected, natural, watched, within
from bench.detection.peers.charts import comparison
from bench.detection.sample import Branch, Floats, Sample

STEADY = Sample(np.ones((200, 208)), np.zeros(200, np.int64), np.zeros(200, np.int64))


def test_of_steady_clients_every_leaver_is_caught_as_soon_as_the_comparison_moves() -> None:
    caught = injected(STEADY, comparison(1, 8, 1), repeats=1)
    assert list(caught) == list(COURSES)
    for curve in caught.values():
        assert curve.shape == (26,)
        assert within(curve, 1) == within(curve, 26) == 1.0


def test_a_score_that_knows_nothing_catches_no_more_than_the_budget_lets_pass() -> None:
    def nothing(sample: Sample) -> Floats:
        return np.random.default_rng(0).random(sample.turnover.shape)

    caught = injected(STEADY, nothing, repeats=2)
    assert np.mean([within(curve, 13) for curve in caught.values()]) == pytest.approx(0.05, abs=0.04)


def test_only_a_share_of_the_clients_fades_at_a_time() -> None:
    shares = []

    def watch(sample: Sample) -> Floats:
        shares.append((sample.turnover[:, -1] < 1).mean())
        return -sample.turnover

    injected(STEADY, watch, repeats=2)
    assert len(shares) == 2 * len(COURSES)
    assert 0.09 < np.mean(shares) < 0.21


def test_later_weeks_and_weeks_nearer_to_the_end_catch_no_fewer(branch: Branch) -> None:
    score = comparison(8, 52, 8)
    curve = natural([branch], score)[GRADUAL]
    assert curve.shape == (27,)
    assert (np.diff(curve) >= 0).all()
    assert ahead(curve, 26) == curve[0]
    assert ahead(curve, 0) == curve[26] > 0
    assert FAST not in natural([branch], score)
    assert AHEAD == (13, 8, 4, 0)
    assert WITHIN == (8, 13, 26)


def test_the_quiet_quarters_are_of_settled_stayers_and_end_before_their_last_payment(branch: Branch) -> None:
    (found,) = watched([branch])
    clients, starts = found.quiet.T
    assert np.unique(clients, return_counts=True)[1].tolist() == [3] * 16
    assert (starts >= branch.first[clients] + 78).all()
    assert (starts + 13 <= branch.last[clients]).all()
    assert found.leaver.tolist() == [16, 17, 18, 19]


def test_the_natural_measure_is_what_loops_find(branch: Branch) -> None:
    score = comparison(13, 13, 13)
    scores = score(Sample(branch.turnover, np.zeros(20, np.int64), branch.first))
    (found,) = watched([branch])
    limit = np.quantile([max(scores[i, start : start + 13]) for i, start in found.quiet], 0.95)
    for weeks in AHEAD:
        caught = [max(scores[i, branch.last[i] - 26 : branch.last[i] - weeks + 1]) > limit for i in range(16, 20)]
        assert ahead(natural([branch], score)[GRADUAL], weeks) == np.mean(caught)


def test_a_course_is_named_by_its_weeks_and_what_is_left() -> None:
    assert str(Course(13, 0.3)) == "13 wk to 30%"


def test_a_branch_by_itself_is_looked_at_in_the_same_weeks_with_a_threshold_of_its_own(branch: Branch) -> None:
    score = comparison(13, 52, 13)
    assert np.array_equal(natural([branch, branch], score, only=0)[GRADUAL], natural([branch], score)[GRADUAL])
    asked = []

    def watch(sample: Sample) -> Floats:
        asked.extend(np.unique(sample.branch))
        return score(sample)

    natural([branch, branch], watch, only=1)
    assert asked == [1]
