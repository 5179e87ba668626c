from __future__ import annotations

import numpy as np

from detector.comparisons.habits import Habits, share_before


def noted(volumes: list[int]) -> Habits:
    """One client's weeks, as debits."""
    habits = Habits.none(1)
    total = np.cumsum([0, *volumes])
    at = [np.array([[t], [0]], np.int64) for t in total]
    for week in range(1, len(total)):
        habits.note(at[week], at[week - 1], at[max(week - 9, 0)])
    return habits


def test_the_share_is_of_the_weeks_before_the_newest() -> None:
    habits = noted([100] * 8 + [10, 100, 10, 10])
    (share,) = share_before(habits.low, np.array([12]))
    assert share == (2 + 1) / (11 + 2)


def test_weeks_before_the_clients_first_do_not_count() -> None:
    habits = noted([100] * 8 + [10, 10, 100, 100, 100])
    (share,) = share_before(habits.low, np.array([3]))
    assert share == (0 + 1) / (2 + 2)


def test_a_week_is_low_below_half_the_mean_of_the_eight_before_it() -> None:
    steady = [100] * 8
    for last, low in ((49, 1), (50, 0), (-5, 1), (200, 0)):
        assert int(noted([*steady, last]).low[0]) & 1 == low
    assert int(noted([0] * 8 + [-5]).low[0]) & 1 == 0  # nothing was expected


def test_a_year_is_remembered_and_no_more() -> None:
    habits = noted([100] * 8 + [10] + [100] * 53)
    (share,) = share_before(habits.low, np.array([62]))
    assert share == 1 / 54
