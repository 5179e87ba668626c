"""Who left, by hindsight, and who was told in time."""

from __future__ import annotations

import numpy as np
import pytest

from casework.policies.course import Course, Events
from casework.policies.leavers import Caught, count_caught_leavers, find_leavers
from schemas.weeks import Week

NONE = np.zeros(0, np.int32)
NO_EVENTS = Events(NONE, NONE, NONE, NONE.astype(np.int8), NONE.astype(np.int8))


def moving(weeks: int, *until: int) -> np.ndarray:
    """Turnover of clients that move up to, but not in, the week of each `until`."""
    return np.stack([(np.arange(weeks) < end).astype(np.int64) * 100 for end in until])


def standing(weeks: int, *spans: tuple[int, int]) -> Course:
    """For each client an alert that came up in week a and stood up to, but not in, week b."""
    since = np.full((weeks, len(spans)), -1, np.int32)
    for client, (a, b) in enumerate(spans):
        since[max(0, a) : b, client] = a + 2900
    return Course(Week(2900), NO_EVENTS, since)


def test_a_client_silent_for_the_last_quarter_has_left() -> None:
    found = find_leavers(moving(60, 60, 48, 47, 30), np.zeros(4, bool), earliest=8)
    assert found.at.tolist() == [2, 3]
    assert found.silent_from.tolist() == [47, 30]


def test_a_closed_client_has_left_however_short_its_silence() -> None:
    found = find_leavers(moving(60, 59, 60), np.array([True, False]), earliest=8)
    assert (found.at.tolist(), found.silent_from.tolist()) == ([0], [59])


def test_who_was_silent_before_the_first_week_is_nobodys_to_catch() -> None:
    assert find_leavers(moving(60, 8, 9), np.zeros(2, bool), earliest=8).at.tolist() == [1]


def test_a_short_history_has_no_silent_quarter() -> None:
    assert find_leavers(moving(20, 2), np.zeros(1, bool), earliest=8).at.tolist() == []


@pytest.mark.parametrize(
    ("span", "ahead"),
    [((34, 60), 6), ((45, 50), -5), ((5, 60), 26), ((5, 14), None), ((53, 60), None), ((-9, 60), 26)],
)
def test_an_alert_catches_that_stands_between_half_a_year_before_the_silence_and_a_quarter_after(
    span: tuple[int, int], ahead: int | None
) -> None:
    found = count_caught_leavers(standing(60, span), np.array([40]))
    before = int(ahead is not None and ahead > 0)
    assert found == Caught(1, int(ahead is not None), before, ahead)


def test_weeks_ahead_is_the_median_of_the_caught() -> None:
    found = count_caught_leavers(standing(60, (38, 60), (30, 60), (20, 60), (59, 60)), np.array([40, 40, 40, 40]))
    assert (found.leavers, found.caught, found.weeks_ahead) == (4, 3, 10.0)


def test_nobody_left_means_no_weeks_ahead() -> None:
    assert count_caught_leavers(standing(60), np.zeros(0, np.intp)) == Caught(0, 0, 0, None)
