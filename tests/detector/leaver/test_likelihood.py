"""Likelihood ratios against plain recomputation, and what they can tell that moments cannot."""

from __future__ import annotations

import numpy as np

from detector.leaver.courses import Course
from detector.leaver.history import History
from detector.leaver.likelihood import shrinkage

COURSE, WEEK = Course(13, 0.3), 12
AT = np.array([150])


def by_hand(row: np.ndarray, column: int) -> float:
    """Nats of COURSE in its WEEK-th week, one payment and one earlier payment after the other."""
    earlier = [amount for amount in row[column - 129 : column - 12].tolist() if amount > 0]
    if len(earlier) < 3:
        return 0.0
    bins = [round(float(np.log(max(earlier) / amount)) / 0.1) for amount in earlier]

    def density(place: int) -> float:
        return 0.04 + sum(max(0, 5 - abs(place - each)) / 25 for each in bins)

    nats = 0.0
    for since, amount in enumerate(row[column - WEEK + 1 : column + 1].tolist()):
        if amount > 0:
            place = round(float(np.log(max(earlier) / amount)) / 0.1)
            before = place + round(float(np.log(COURSE.share(np.array(since)))) / 0.1)
            nats += float(np.clip(np.log(density(before) / density(place)), -3, 3))
    return nats


def test_it_is_what_plain_recomputation_gives(bank: History) -> None:
    now, before = shrinkage(bank.turnover, AT, [(COURSE, WEEK)])
    expected = [by_hand(row, 150) for row in bank.turnover]
    assert np.abs(expected).max() > 1.0
    assert np.allclose(now[0, :, 0], expected, atol=1e-3)
    assert before.shape == now.shape == (1, len(bank.turnover), 1)


def test_who_pays_two_sums_by_turns_is_known_by_either(bank: History) -> None:
    turns = np.tile([1_000.0, 9_000.0], 80)[None, :]
    shrunk = turns.copy()
    shrunk[0, 139:151] *= COURSE.share(np.arange(12))
    goes_on, _ = shrinkage(turns, AT, [(COURSE, WEEK)])
    shrinks, before = shrinkage(shrunk, AT, [(COURSE, WEEK)])
    assert goes_on[0, 0, 0] < -10 < 10 < shrinks[0, 0, 0]
    assert before[0, 0, 0] < -10


def test_nothing_is_said_of_silence_or_of_a_client_with_little_past() -> None:
    silent = np.zeros((1, 160))
    young = silent.copy()
    young[0, 148:] = 5_000.0
    stopped = np.full((1, 160), 5_000.0)
    stopped[0, 125:] = 0.0
    for turnover in (silent, young, stopped):
        assert shrinkage(turnover, AT, [(COURSE, WEEK)])[0].item() == 0.0


def test_no_later_and_no_far_week_is_looked_at(bank: History) -> None:
    now, before = shrinkage(bank.turnover, AT, [(COURSE, WEEK)])
    cut = shrinkage(bank.turnover[:, 150 - 129 : 151], AT - (150 - 129), [(COURSE, WEEK)])
    assert np.array_equal(cut[0], now)
    assert np.array_equal(cut[1], before)


def test_the_first_weeks_of_a_history_say_nothing(bank: History) -> None:
    now, before = shrinkage(bank.turnover, np.array([0, 5, 12]), [(COURSE, WEEK)])
    assert not now.any()
    assert not before.any()
