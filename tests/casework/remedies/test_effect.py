"""The effect of a remedy: whole weeks after its start against the quarter before, once all are known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.remedies.effect import BEFORE_WEEKS, FEWEST_BEFORE, MEASURED_WEEKS, Effect, effect, start_week
from schemas.verdicts import Insufficient
from schemas.weeks import monday, week_of_date

START = 13


def weeks(*turnover: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array(turnover, np.int64), np.ones(len(turnover), np.bool_)


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_it_starts_with_the_first_monday_on_or_after_the_day(starts_on: date) -> None:
    first = monday(start_week(starts_on))
    assert first.weekday() == 0
    assert 0 <= (first - starts_on).days < 7


def test_the_quarter_before_is_compared_with_the_weeks_from_the_start() -> None:
    turnover, known = weeks(*[100] * 13, *[130] * 4)
    measured = effect(turnover, known, START, 4)
    assert measured == Effect(4, 100, 130)
    assert (measured.change_minor, measured.change_pct) == (30, pytest.approx(30.0))


def test_weeks_of_silence_count_as_zero() -> None:
    turnover, known = weeks(*[100] * 13, 0, 0, 0, 400)
    assert effect(turnover, known, START, 4) == Effect(4, 100, 100)


@pytest.mark.parametrize("length", MEASURED_WEEKS)
def test_nothing_is_said_before_all_weeks_are_closed(length: int) -> None:
    turnover, known = weeks(*[100] * (13 + length))
    known[-1] = False
    assert effect(turnover, known, START, length) == Insufficient(length - 1, length)


def test_a_held_week_among_closed_ones_is_not_taken_for_silence() -> None:
    turnover, known = weeks(*[100] * 17)
    known[14] = False
    assert effect(turnover, known, START, 4) == Insufficient(3, 4)


def test_a_held_week_before_the_start_leaves_nothing_to_compare_with() -> None:
    turnover, known = weeks(*[100] * 17)
    known[3] = False
    assert effect(turnover, known, START, 4) == Insufficient(4, 4)


def test_weeks_beyond_what_was_read_are_not_known() -> None:
    turnover, known = weeks(*[100] * 16)
    assert effect(turnover, known, START, 4) == Insufficient(3, 4)
    assert effect(turnover, known, 12, 4) == Insufficient(4, 4)


def test_the_weeks_before_a_young_client_was_one_do_not_lower_its_usual_turnover() -> None:
    turnover, known = weeks(*[0] * 8, *[100] * 9)
    assert effect(turnover, known, START, 4, began=8) == Effect(4, 100, 100)


def test_a_client_younger_than_a_month_has_no_usual_turnover() -> None:
    turnover, known = weeks(*[0] * 10, *[100] * 7)
    assert effect(turnover, known, START, 4, began=START - FEWEST_BEFORE + 1) == Insufficient(4, 4)


def test_without_turnover_before_there_is_no_percentage() -> None:
    turnover, known = weeks(*[0] * 13, *[5] * 4)
    measured = effect(turnover, known, START, 4)
    assert measured == Effect(4, 0, 5)
    assert measured.change_pct is None


def test_totals_beyond_int64_are_exact() -> None:
    most = 2**63 - 1
    turnover, known = weeks(*[most] * 17)
    assert effect(turnover, known, START, 4) == Effect(4, most, most)


@given(st.lists(st.integers(-(10**12), 10**15), min_size=17, max_size=60), st.data())
def test_it_is_what_a_calculator_says(turnover: list[int], data: st.DataObject) -> None:
    length = data.draw(st.sampled_from([m for m in MEASURED_WEEKS if m + BEFORE_WEEKS <= len(turnover)]))
    start = data.draw(st.integers(BEFORE_WEEKS, len(turnover) - length))
    measured = effect(*weeks(*turnover), start, length)
    assert isinstance(measured, Effect)
    assert abs(measured.before_minor * 13 - sum(turnover[start - 13 : start])) <= 13 / 2
    assert abs(measured.after_minor * length - sum(turnover[start : start + length])) <= length / 2


def test_the_start_is_a_week_number_that_the_ledger_counts_by() -> None:
    assert start_week(date(2026, 1, 5)) == week_of_date(date(2026, 1, 5))
    assert start_week(date(2026, 1, 6)) == week_of_date(date(2026, 1, 12))
