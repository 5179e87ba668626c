from __future__ import annotations

import numpy as np

from bench.detection.budget import BUDGET, highest_in, highest_so_far, threshold


def test_the_highest_of_a_window_is_what_a_loop_finds() -> None:
    rng = np.random.default_rng(1)
    scores, row, start = rng.random((9, 60)), rng.integers(0, 9, 40), rng.integers(0, 48, 40)
    loop = [max(scores[r, s : s + 13]) for r, s in zip(row, start, strict=True)]
    assert highest_in(scores, row, start).tolist() == loop


def test_the_highest_so_far_is_that_of_every_shorter_window() -> None:
    scores = np.random.default_rng(2).random((4, 50))
    row, start = np.arange(4), np.array([0, 3, 10, 24])
    found = highest_so_far(scores, row, start, 26)
    for weeks in range(1, 27):
        assert found[:, weeks - 1].tolist() == highest_in(scores, row, start, weeks).tolist()


def test_no_more_quarters_than_the_budget_go_beyond_the_threshold() -> None:
    rng = np.random.default_rng(3)
    for quiet in (rng.random(2000), np.round(rng.random(2000), 1), np.zeros(2000)):
        assert (quiet > threshold(quiet)).mean() <= BUDGET
    assert (rng.random(2000) > threshold(rng.random(2000))).mean() > BUDGET / 2
