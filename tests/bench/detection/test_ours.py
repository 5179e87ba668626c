from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench.client_weeks import History, grades
from bench.detection.not_measured import NotMeasured
from bench.detection.ours import Lives, judged_by_the_others, learned, shipped_presets, together
from bench.detection.sample import Branch, Floats, whole
from detector.policies.own_noise import limits_alone
from detector.policies.presets import default_policy
from schemas.verdicts import Grade


def test_a_client_is_at_its_limit_exactly_when_the_product_prompts(branch: Branch) -> None:
    credit = np.rint(branch.turnover * 100).astype(np.int64)
    ids = [f"{i:03d}" for i in range(len(credit))]
    grade = grades(
        History(ids, ["C"] * len(ids), np.zeros_like(credit), credit), limits_alone(default_policy("GBP"))
    )
    scores = shipped_presets(every_amount=False)(whole(branch, 0))
    assert np.array_equal(scores.T >= 1.0, grade[:, 0] >= Grade.PROMPT)
    assert (grade[:, 0] >= Grade.PROMPT).any()


def test_without_the_minimum_effect_small_clients_are_scored_too(branch: Branch) -> None:
    small = replace(branch, turnover=branch.turnover / branch.turnover.max())
    assert (shipped_presets(every_amount=False)(whole(small, 0)) < 0).all()
    assert (shipped_presets(every_amount=True)(whole(small, 0)) >= 1.0).any()


class Fitted:
    """A stand-in that remembers whom it was fitted to, and scores every week with their number."""

    def __init__(self, history: Lives, seed: int) -> None:
        self.history, self.seed = history, seed

    def score(self, history: Lives) -> Floats:
        assert not history.branch.any()
        return np.full(history.turnover.shape, float(len(self.history.turnover)))


def test_every_branch_is_judged_by_a_model_that_never_saw_it(branch: Branch) -> None:
    sizes = (20, 10, 4)
    branches = [_first(branch, size) for size in sizes]
    detector = judged_by_the_others(branches, Fitted)
    for at, size in enumerate(sizes):
        assert (detector(whole(branches[at], at)) == sum(sizes) - size).all()


def test_where_there_is_no_learned_score_the_row_says_so_or_it_is_measured(branch: Branch) -> None:
    import detector

    if hasattr(detector, "fit"):
        assert callable(detector.fit)
    else:
        with pytest.raises(NotMeasured, match=r"detector\.fit is not in this build"):
            learned([branch, branch])


def test_branches_are_put_into_one_calendar_that_ends_with_the_first_to_end(branch: Branch) -> None:
    later = replace(branch, first_day=branch.first_day + 70, turnover=branch.turnover[:, :200])
    lives = together([branch, later])
    assert lives.turnover.shape == (40, 210)
    assert np.array_equal(lives.turnover[:20], branch.turnover[:, :210])
    assert np.array_equal(lives.turnover[20:, 10:], branch.turnover[:, :200])
    assert not lives.turnover[20:, :10].any()
    assert lives.branch.tolist() == [0] * 20 + [1] * 20
    assert np.array_equal(lives.first_week, [*branch.first, *(branch.first + 10)])


def test_who_begins_after_the_calendar_s_end_is_left_out(branch: Branch) -> None:
    late = replace(branch, first=np.array([*branch.first[:-1], 250]))
    short = replace(branch, turnover=branch.turnover[:, :240])
    assert len(together([late, short]).turnover) == 39


def _first(branch: Branch, clients: int) -> Branch:
    columns: Sequence[str] = ("turnover", "first", "last", "outcome")
    return replace(branch, **{column: getattr(branch, column)[:clients] for column in columns})
