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


def share(volumes: list[int]) -> float:
    habits = noted(volumes)
    return float(share_before(habits.low, habits.comparable)[0])


def test_the_share_is_of_the_weeks_before_the_newest() -> None:
    assert share([100] * 8 + [10, 100, 10, 10]) == (2 + 1) / (10 + 2)  # the first week has none before it


def test_weeks_without_anything_to_be_low_against_do_not_count() -> None:
    assert share([0] * 20) == 1 / 2
    assert share([100] + [0] * 20) == (8 + 1) / (8 + 2)  # paid once: low in the eight weeks that remember it
    assert share([100] + [0] * 30 + [100] + [0] * 10) == (16 + 1) / (16 + 2)


def test_a_week_is_low_below_half_the_mean_of_the_eight_before_it() -> None:
    steady = [100] * 8
    for last, low in ((49, 1), (50, 0), (-5, 1), (200, 0)):
        assert int(noted([*steady, last]).low[0]) & 1 == low
    assert int(noted([0] * 8 + [-5]).low[0]) & 1 == 0  # nothing was expected


def test_a_year_is_remembered_and_no_more() -> None:
    assert share([100] * 8 + [10] + [100] * 52) == 2 / 54
    assert share([100] * 8 + [10] + [100] * 53) == 1 / 54
