"""The comparison of the hold-out: rates, their difference, and how sure one can be of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.retention_rules import RetentionRules
from casework.figures.trial import Arm, Difference, difference, was_retained

arms = st.integers(1, 500).flatmap(lambda n: st.integers(0, n).map(lambda k: Arm(n, k)))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe (1998), table II: method 10
        (Arm(70, 56), Arm(80, 48), 0.0524, 0.3339),
        (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090),
        (Arm(7, 6), Arm(7, 2), 0.0582, 0.8062),
        (Arm(56, 5), Arm(29, 0), -0.0381, 0.1926),
        (Arm(10, 0), Arm(10, 0), -0.2775, 0.2775),
        (Arm(10, 10), Arm(10, 0), 0.6075, 1.0000),
    ],
)
def test_the_interval_is_that_of_the_published_table(one: Arm, other: Arm, low: float, high: float) -> None:
    found = difference(one, other)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(arms, arms)
def test_the_difference_lies_in_its_interval_and_turns_round_with_the_sides(one: Arm, other: Arm) -> None:
    found, turned = difference(one, other), difference(other, one)
    assert -1 - 1e-9 <= found.low <= found.rate <= found.high <= 1 + 1e-9
    assert (turned.low, turned.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


def test_an_empty_side_leaves_nothing_to_compare() -> None:
    assert difference(Arm(), Arm(10, 5)) is None
    assert difference(Arm(10, 5), Arm()) is None
    assert Arm().rate is None
    assert isinstance(difference(Arm(1, 1), Arm(1, 0)), Difference)


def test_a_client_is_kept_with_three_fifths_of_its_usual_week() -> None:
    assert was_retained(52 * 1000, 52, 13 * 600, left=False)
    assert not was_retained(52 * 1000, 52, 13 * 600 - 1, left=False)


def test_the_bank_sets_with_how_much_a_client_is_kept() -> None:
    rules = RetentionRules(partly_saved_pct=50, fewest_usual_weeks=1)
    assert was_retained(52 * 1000, 52, 13 * 500, left=False, rules=rules)
    assert was_retained(1000, 1, 13 * 500, left=False, rules=rules)
    assert not was_retained(52 * 1000, 52, 13 * 500 - 1, left=False, rules=rules)


def test_who_closed_their_accounts_was_not_kept() -> None:
    assert was_retained(52 * 1000, 52, 13 * 1000, left=True) is False


@pytest.mark.parametrize("left", [True, False])
def test_a_client_whose_usual_week_is_not_known_counts_on_neither_side(left: bool) -> None:
    assert was_retained(12 * 1000, 12, 13 * 1000, left=left) is None
    assert was_retained(0, 52, 13 * 1000, left=left) is None
