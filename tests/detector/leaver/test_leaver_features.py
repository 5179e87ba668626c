"""Features against plain recomputation, and how far back they look."""

from __future__ import annotations

import numpy as np
import pytest

from detector.leaver.courses import AHEAD_WEEKS, COURSES, SLOWER, Course, Stretches, cut
from detector.leaver.features import features, monotone, names
from detector.leaver.history import REACH_WEEKS, History, counted, without_quiet_weeks
from detector.leaver.leaving import lay_over, smaller, thinned
from detector.leaver.places import LOOK_BACK, places, silences
from detector.leaver.recurring import BACK_WEEKS, largest, recurring, smallest


def column(matrix: np.ndarray, name: str) -> np.ndarray:
    found: np.ndarray = matrix[..., names().index(name)]
    return found


def test_nothing_looks_further_back_than_it_may(bank: History) -> None:
    at = np.array([bank.turnover.shape[1] - 1])
    start = at[0] + 1 - REACH_WEEKS
    whole = features(bank.turnover, bank.counted, bank.first_week, at)
    cut_off = features(
        bank.turnover[:, start:], bank.counted[:, start:], np.maximum(bank.first_week - start, 0), at - start
    )
    assert np.allclose(whole, cut_off, rtol=1e-5, atol=1e-5)


def test_columns_at_once_are_the_columns_one_by_one(bank: History) -> None:
    at = np.arange(100, 140, 7)
    together = features(bank.turnover, bank.counted, bank.first_week, at)
    for place, week in enumerate(at.tolist()):
        alone = features(bank.turnover, bank.counted, bank.first_week, np.array([week]))
        assert np.allclose(together[:, place], alone[:, 0], rtol=1e-5, atol=1e-5)


def test_falls_are_what_a_calculator_gives(bank: History) -> None:
    row = bank.turnover[1]
    found = features(bank.turnover, bank.counted, bank.first_week, np.array([150]))
    floor = 0.03 * row[47:151].mean() + 1e-12
    by_hand = np.log((row[138:151].mean() + floor) / (row[86:138].mean() + floor))
    assert np.isclose(column(found, "amount_13_year")[1, 0], by_hand, rtol=1e-5)
    silent = 150 - np.flatnonzero(row[:151] > 0)[-1]
    assert column(found, "silent_weeks")[1, 0] == silent


def test_places_are_mid_ranks_among_the_weeks_before(bank: History) -> None:
    row, first = bank.turnover[5], int(bank.first_week[5])
    among_all, among_active = places(bank.turnover, bank.first_week)
    for week in (60, 99, 170):
        past = row[max(first, week - LOOK_BACK) : week]
        middle = (past < row[week]).sum() + 0.5 * (past == row[week]).sum()
        assert np.isclose(among_all[5, week], (middle + 0.5) / (len(past) + 1) - 0.5)
        active = past[past > 0]
        by_hand = ((active < row[week]).sum() + 1) / (len(active) + 2) - 0.5 if row[week] > 0 else 0.0
        assert np.isclose(among_active[5, week], by_hand)


def test_silences_are_counted_from_the_last_active_week() -> None:
    turnover = np.array([[0.0, 0.0, 5.0, 0.0, 0.0, 1.0]])
    assert silences(turnover, np.array([0])).tolist() == [[1, 2, 0, 1, 2, 0]]


def test_every_column_has_a_name_and_a_sense(bank: History) -> None:
    found = features(bank.turnover, bank.counted, bank.first_week, np.array([100, 120]))
    assert found.shape == (len(bank.turnover), 2, len(names()))
    assert np.isfinite(found).all()
    assert len(set(names())) == len(names()) == len(monotone())
    assert set(monotone()) == {-1, 0, 1}


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("course", COURSES + SLOWER, ids=str)
def test_a_course_ends_at_its_residual_and_touches_nothing_before_its_onset(
    bank: History, course: Course, part: float
) -> None:
    draw = np.random.default_rng(2)
    stretches = cut(bank, bank, 4, 500, draw)
    left = thinned(stretches, course, draw, part) if part else smaller(stretches, course, draw)
    out = lay_over(stretches, left, draw).turnover
    assert np.array_equal(out[:, :REACH_WEEKS], stretches.turnover[:, :REACH_WEEKS])
    if course.ramp_weeks <= AHEAD_WEEKS - 8:
        late = slice(REACH_WEEKS + course.ramp_weeks, None)
        left_over = out[:, late].sum() / stretches.turnover[:, late].sum()
        assert abs(left_over - course.residual) < 0.1


def test_payments_fail_to_come_or_all_become_smaller(bank: History) -> None:
    draw = np.random.default_rng(3)
    stretches, course = cut(bank, bank, 4, 500, np.random.default_rng(2)), Course(1, 0.5)
    paid = stretches.turnover > 0
    shrunk = lay_over(stretches, smaller(stretches, course, draw), draw).turnover
    assert ((shrunk > 0) == paid).all()
    assert np.allclose(shrunk[:, REACH_WEEKS:], 0.5 * stretches.turnover[:, REACH_WEEKS:])
    fewer = lay_over(stretches, thinned(stretches, course, draw), draw).turnover
    single = stretches.count == 1
    assert set(np.unique(fewer[single] / stretches.turnover[single])) == {0.0, 1.0}


def test_payments_of_some_clients_fail_to_come_for_whole_months() -> None:
    weeks = REACH_WEEKS + AHEAD_WEEKS
    steady = Stretches(*np.ones((2, 2_000, weeks)), *np.zeros((3, 2_000), np.int64))
    draw = np.random.default_rng(3)
    fewer = lay_over(steady, thinned(steady, Course(1, 0.5), draw), draw).turnover
    paid = fewer[:, REACH_WEEKS : REACH_WEEKS + 4].sum(axis=1)
    assert 0.35 < np.isin(paid, (0, 4)).mean() < 0.55  # a third in runs of four weeks, and 1/8 of the others too


def test_stretches_hold_no_week_of_a_client_that_was_about_to_leave(bank: History) -> None:
    stretches = cut(bank, bank, 30, 5_000, np.random.default_rng(0))
    assert len(stretches) > 1_000
    leavers = np.isin(stretches.client, np.arange(len(bank.turnover) // 10))
    rows = np.arange(stretches.turnover.shape[1]) < (REACH_WEEKS + stretches.ahead)[:, None]
    assert ((stretches.turnover > 0) & rows)[leavers][:, -40:].any(axis=1).all()  # nobody's silence at the end
    before_first = np.arange(stretches.turnover.shape[1]) < stretches.first[:, None]
    assert (stretches.turnover[before_first] == 0).all()


def test_a_quiet_week_is_filled_and_a_lasting_silence_is_not() -> None:
    turnover = np.full((30, 80), 100.0)
    turnover[:, 60] = 0.0
    turnover[:, 70:] = 0.0
    filled = without_quiet_weeks(History(turnover, np.zeros(30, np.int64), np.zeros(30, np.int64)))
    assert (filled.turnover[:, 60] == 100.0).all()
    assert (filled.counted[:, 60] == 1.0).all()
    for columns in (filled.turnover, filled.counted):
        assert (columns[:, 70:73] > 0).all()
        assert (columns[:, 73] == 0).all()


def test_a_sum_comes_again_where_one_like_it_was_paid_before() -> None:
    turnover = np.array([[100.0, 0.0, 250.0, 100.04, 0.0, 99.9, 250.0, 0.0]])
    assert recurring(turnover, 0).tolist() == [[0, 0, 0, 1, 0, 0, 1, 0]]
    assert recurring(turnover, 5).tolist() == [[0, 0, 0, 0, 0, 0, 1, 0]]


def test_a_sum_is_forgotten_after_a_year_and_a_half() -> None:
    turnover = np.zeros((1, BACK_WEEKS + 2))
    turnover[0, 0] = turnover[0, -1] = 100.0
    assert not recurring(turnover, 0).any()
    turnover[0, 1] = 100.0
    assert recurring(turnover, 0)[0, [1, -1]].tolist() == [1, 1]


def test_largest_and_smallest_payments_of_a_window(bank: History) -> None:
    row = bank.turnover[7]
    for weeks in (3, 5, 8, 13):
        most, least = largest(bank.turnover, weeks)[7], smallest(bank.turnover, weeks)[7]
        for week in (20, 90, 170):
            window = row[week - weeks + 1 : week + 1]
            assert most[week] == window.max()
            assert least[week] == window[window > 0].min(initial=np.inf)


def test_a_client_whose_sums_shrink_misses_those_that_came_again() -> None:
    turnover = np.tile([100.0, 0.0, 70.0], (1, 40))
    shrunk = np.where(np.arange(120) < 108, turnover, turnover * np.linspace(0.95, 0.5, 120))
    at, first = np.array([119]), np.array([0])
    for name in ("recurring_10", "recurring_10_missed", "largest_8_least", "smallest_8_least"):
        now, before = (features(each, counted(each, None), first, at) for each in (shrunk, turnover))
        assert column(now, name) < column(before, name)
