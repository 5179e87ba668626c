"""The window of weeks that the score is made from, and how payments are counted in it."""

from __future__ import annotations

import numpy as np
import pytest

from detector.leaver.history import History, counted
from detector.leaver.window import WINDOW_WEEKS, ScoreWindow

WEEK = 3000


def test_a_window_a_week_later_is_the_one_of_all_weeks() -> None:
    draw = np.random.default_rng(1)
    debit, credit, payments = draw.integers(0, 3, (3, 4, WINDOW_WEEKS + 5)) * [[[1000]], [[1000]], [[1]]]
    ids = ["A", "B", "C", "D"]
    later = ScoreWindow.of(WEEK, ids, *(each[:, :WINDOW_WEEKS] for each in (debit, credit, payments)))
    for week in range(WINDOW_WEEKS, WINDOW_WEEKS + 5):
        later = later.followed_by(ids[:3], *(each[:3, week] for each in (debit, credit, payments)))
    debit[3, WINDOW_WEEKS:] = credit[3, WINDOW_WEEKS:] = payments[3, WINDOW_WEEKS:] = 0
    whole = ScoreWindow.of(WEEK + 5, ids, *(each[:, 5:] for each in (debit, credit, payments)))
    assert (later.week, later.client_ids) == (whole.week, ids)
    np.testing.assert_array_equal(later.turnover, whole.turnover)
    np.testing.assert_array_equal(later.payments, whole.payments)


def test_payments_beyond_what_is_kept_are_as_many_as_is_kept_and_below_zero_none() -> None:
    window = ScoreWindow.of(WEEK, ["A"], *(np.array([[5, 6]]), np.array([[0, 0]]), np.array([[-2, 70_000]])))
    assert window.payments[0, -2:].tolist() == [0, 65_535]


def test_a_week_with_turnover_is_at_least_one_payment_and_one_without_is_none() -> None:
    turnover = np.array([[5.0, 5.0, 0.0, 5.0]])
    assert counted(turnover, np.array([[3, 0, 2, -1]])).tolist() == [[3, 1, 0, 1]]
    assert counted(turnover, None).tolist() == [[1, 1, 0, 1]]


def test_a_count_of_other_weeks_is_refused() -> None:
    with pytest.raises(ValueError, match="not of the same weeks"):
        History(np.ones((2, 3)), np.zeros(2, np.int64), np.zeros(2, np.int64), np.ones((2, 4)))
