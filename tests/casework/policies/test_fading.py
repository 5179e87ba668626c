"""Copies that fade away."""

from __future__ import annotations

import numpy as np

from casework.policies.course import Course, Events
from casework.policies.fading import FADING_WEEKS, MOST_COPIES, Faded, choose_clients, count_caught, fade_out
from schemas.weeks import Week

NONE = np.zeros(0, np.int32)
NO_EVENTS = Events(NONE, NONE, NONE, NONE.astype(np.int8), NONE.astype(np.int8))


def test_a_copy_goes_evenly_to_nothing_in_its_last_half_year() -> None:
    faded = fade_out(np.full((1, 40), 2600, np.int64))[0]
    assert faded[: 40 - FADING_WEEKS].tolist() == [2600] * (40 - FADING_WEEKS)
    assert faded[40 - FADING_WEEKS :].tolist() == [2600 - 100 * (i + 1) for i in range(FADING_WEEKS)]


def test_copies_are_taken_evenly_from_all_steady_clients() -> None:
    assert choose_clients(np.array([True, False, True])).tolist() == [0, 2]
    many = choose_clients(np.arange(4000) % 2 == 0)
    assert len(set(many.tolist())) == MOST_COPIES
    assert (many[0], many[-1]) == (0, 3998)
    assert (many % 2 == 0).all()


def test_a_copy_that_had_an_alert_before_it_faded_does_not_count() -> None:
    since = np.full((30, 4), -1, np.int32)
    since[3:, 0] = 2903
    since[10:, 1] = 2910
    since[20:22, 2] = 2920
    assert count_caught(Course(Week(2900), NO_EVENTS, since)) == Faded(3, 1, 2)
