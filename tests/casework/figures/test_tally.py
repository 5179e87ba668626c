"""Rates of what was counted: of the right things, and none where nothing was measured."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.figures.tally import (
    Precision,
    Tally,
    monthly_minor,
    precision,
    regained_minor,
    revenue_kept_minor,
    save_rate,
    spent_minor,
    total,
)
from casework.figures.trial import Arm
from schemas.verdicts import Grade

START, END = date(2026, 1, 1), date(2026, 4, 11)  # a hundred days


def closed(**counts: int) -> Tally:
    """Cases by truth__retention."""
    return Tally(cases_closed=Counter({tuple(key.split("__")): count for key, count in counts.items()}))


def test_saved_and_partly_saved_count_of_the_cases_that_were_true() -> None:
    tally = closed(
        true_diversion__saved=3,
        true_decline__partly_saved=1,
        true_diversion__lost=4,
        true_decline__self_recovered=2,
    )
    assert save_rate(tally) == pytest.approx(0.4)


def test_a_saved_case_that_was_a_false_alarm_saves_nobody() -> None:
    assert save_rate(closed(false_alarm__saved=5, true_diversion__lost=1)) == 0.0
    assert save_rate(closed(false_alarm__saved=5)) is None


def test_without_anything_measured_there_is_no_rate_and_no_revenue() -> None:
    assert save_rate(Tally()) is None
    assert revenue_kept_minor(Tally(), 10) is None
    assert precision(Tally()) == []


def test_revenue_is_the_margin_on_a_year_of_the_turnover_regained() -> None:
    assert revenue_kept_minor(Tally(regained_minor=1_000_000, measured=1), 10) == 52_000
    assert revenue_kept_minor(Tally(regained_minor=-1_000_000, measured=1), 10) == -52_000
    assert revenue_kept_minor(Tally(measured=2), 10) == 0


def test_regained_is_the_mean_after_less_the_mean_before() -> None:
    assert regained_minor(13 * 100, 13, 13 * 130, 13) == 30
    assert regained_minor(4 * 100, 4, 13 * 130, 13) == 30
    assert regained_minor(13 * 130, 13, 13 * 100, 13) == -30
    assert regained_minor(3 * 100, 3, 13 * 130, 13) is None


@pytest.mark.parametrize(
    ("ends_on", "ended_on", "spent"),
    [
        (END, None, 1000),
        (END, date(2026, 1, 31), 300),
        (END, END, 1000),
        (END, date(2027, 1, 1), 1000),
        (END, START, 0),
        (END, date(2025, 12, 1), 0),
        (None, date(2026, 1, 31), 1000),
        (None, None, 1000),
    ],
)
def test_what_ended_early_cost_as_much_as_the_days_it_ran(ends_on: date, ended_on: date, spent: int) -> None:
    assert spent_minor(1000, START, ends_on, ended_on) == spent


def test_precision_is_told_of_each_policy_and_last_of_what_has_none() -> None:
    judged = Counter({(None, True): 1, ("b", True): 2, ("b", False): 1, ("a", False): 4})
    assert precision(Tally(judged=judged)) == [Precision("a", 4, 0), Precision("b", 3, 2), Precision(None, 1, 1)]


def test_concessions_a_month_are_the_percentage_of_their_list_prices() -> None:
    assert monthly_minor(Tally(conceded_pct_minor=25 * 120_000 + 100 * 5)) == 30_005


tallies = st.builds(
    Tally,
    alerts=st.dictionaries(st.tuples(st.sampled_from(Grade), st.none()), st.integers(1, 9)).map(Counter),
    regained_minor=st.integers(-(10**20), 10**20),
    measured=st.integers(0, 9),
    leads=st.lists(st.integers(0, 52), max_size=3),
    treated=st.builds(Arm, st.integers(5, 9), st.integers(0, 5)),
)


@given(st.lists(tallies, max_size=5))
def test_the_total_is_the_sum_of_the_branches(parts: list[Tally]) -> None:
    found = total(parts)
    assert found.alerts.total() == sum(part.alerts.total() for part in parts)
    assert found.regained_minor == sum(part.regained_minor for part in parts)
    assert sorted(found.leads) == sorted(lead for part in parts for lead in part.leads)
    assert found.treated.count == sum(part.treated.count for part in parts)
    assert found.acknowledged.weeks.tolist() == []


def test_adding_up_leaves_the_parts_as_they_were() -> None:
    part = Tally(alerts=Counter({(Grade.ALARM, None): 1}), leads=[3])
    total([part, part])
    assert (part.alerts.total(), part.leads) == (1, [3])
