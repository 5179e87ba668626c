"""Each label is given to what it means, with numbers that can be added up again from the weeks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comparisons.readings import value_at_risk
from detector.comparisons.windows import LONGEST
from detector.explanation.evidence import Known
from detector.explanation.explaining import HISTORY_WEEKS, explain
from schemas.explanations import SUPPORTED, FindingKind, Label, Strength, weeks_left
from schemas.verdicts import Series
from schemas.weeks import Week
from tests.detector.leavers import first_alerts

WEEK, N, FELL = Week(2900), 104, 16
rng = np.random.default_rng(12)


def steady(level: float = 1e6, noise: float = 0.15) -> np.ndarray:
    return level * rng.lognormal(0.0, noise, N)


def fallen(share: float, level: float = 1e6) -> np.ndarray:
    weeks = steady(level)
    weeks[-FELL:] *= share
    return weeks


def whole(weeks: np.ndarray) -> np.ndarray:
    return weeks.astype(np.int64)


def known(debit: np.ndarray, credit: np.ndarray, **beside: object) -> Known:
    return Known(WEEK, whole(debit), whole(credit), **beside)


def industry(share: float) -> np.ndarray:
    return np.stack([whole(fallen(share)) for _ in range(20)])


def test_credits_that_fall_while_debits_hold_are_leaving() -> None:
    told = explain(known(steady(), fallen(0.4), industry=industry(1.0)), Series.CREDIT)
    assert (told.label, told.strength) == (Label.LEAVING, Strength.STRONG)
    assert told.onset_week == WEEK - FELL + 1
    assert told.finding(FindingKind.DEBITS).change_pct == pytest.approx(0.0, abs=10)
    assert told.finding(FindingKind.CREDITS).change_pct == pytest.approx(-60.0, abs=10)


def test_credits_that_fall_while_the_payroll_holds_are_leaving() -> None:
    other, wages = fallen(0.2, 4e5), np.where(np.arange(N) % 4 == 1, 2e6, 0.0)
    told = explain(known(other + wages, fallen(0.3), industry=industry(1.0)), Series.TURNOVER)
    regular = told.finding(FindingKind.REGULAR_DEBITS)
    assert regular is not None
    assert regular.change_pct > -25.0
    assert (told.label, told.strength) == (Label.LEAVING, Strength.STRONG)


def test_an_account_that_only_collects_is_not_diverted_for_want_of_debits() -> None:
    for beside in ({}, {"industry": industry(1.0)}):
        alone = explain(known(np.zeros(N), fallen(0.3), **beside), Series.CREDIT, 0.98)
        assert (alone.label, alone.strength) == (Label.UNKNOWN, Strength.WEAK)
    with_others = explain(known(np.zeros(N), fallen(0.5), industry=industry(0.5)), Series.CREDIT)
    assert with_others.label is Label.SHRINKING


def test_debits_without_rhythm_are_no_payroll() -> None:
    wild = whole(rng.pareto(1.1, N) * 1e5)
    assert explain(known(wild, fallen(0.3)), Series.CREDIT).finding(FindingKind.REGULAR_DEBITS) is None


def test_both_falling_with_the_industry_is_shrinking() -> None:
    told = explain(known(fallen(0.5), fallen(0.5), industry=industry(0.5)), Series.TURNOVER)
    assert (told.label, told.strength) == (Label.SHRINKING, Strength.STRONG)
    assert told.finding(FindingKind.INDUSTRY).count == 20


def test_both_falling_with_nobody_to_compare_is_of_unknown_cause() -> None:
    told = explain(known(fallen(0.5), fallen(0.5)), Series.TURNOVER)
    assert (told.label, told.strength) == (Label.UNKNOWN, Strength.WEAK)


@pytest.mark.parametrize(
    ("chance", "label", "strength"),
    [
        (None, Label.LEAVING, Strength.STRONG),
        (0.9, Label.LEAVING, Strength.STRONG),
        (0.5, Label.LEAVING, Strength.FAIR),
        (0.1, Label.UNKNOWN, Strength.WEAK),
        (0.0, Label.UNKNOWN, Strength.WEAK),
    ],
)
def test_nothing_looks_more_like_leaving_than_the_learned_chance_says(chance, label, strength) -> None:
    told = explain(known(steady(), fallen(0.4), industry=industry(1.0)), Series.CREDIT, chance)
    assert (told.label, told.strength) == (label, strength)
    assert told.support[0] <= (1.0 if chance is None else chance)


def test_both_falling_while_the_industry_holds_is_leaving_but_not_strong() -> None:
    told = explain(known(fallen(0.5), fallen(0.5), industry=industry(1.0)), Series.TURNOVER)
    assert (told.label, told.strength) == (Label.LEAVING, Strength.FAIR)


def test_the_same_fall_a_year_ago_is_seasonal() -> None:
    season = np.ones(N)
    season[-FELL:] = season[-FELL - 52 : -52] = 0.5
    told = explain(known(steady() * season, steady() * season, industry=industry(1.0)), Series.TURNOVER)
    assert (told.label, told.strength) == (Label.SEASONAL, Strength.STRONG)
    sure = explain(known(steady() * season, steady() * season, industry=industry(1.0)), Series.TURNOVER, 0.98)
    assert sure.label is not Label.SEASONAL  # who is sure to leave has no season
    assert told.finding(FindingKind.LAST_YEAR).change_pct == pytest.approx(-50, abs=12)


def test_a_fall_much_deeper_than_the_season_is_not_seasonal() -> None:
    season = np.ones(N)
    season[-FELL - 52 : -52] = 0.7
    season[-FELL:] = 0.2
    told = explain(known(steady() * season, steady() * season, industry=industry(1.0)), Series.TURNOVER)
    assert told.label is Label.LEAVING


def test_a_branch_whose_feed_is_thin_in_those_weeks_is_a_feed_fault() -> None:
    short = np.ones(N)
    short[-4:] = 0.05
    events = whole(steady(500.0) * short)
    both = (steady() * short, steady() * short)
    told = explain(known(*both, branch_events=events, branch_clients=40), Series.TURNOVER)
    assert (told.label, told.strength) == (Label.FEED_FAULT, Strength.STRONG)
    whole_feed = explain(known(*both, branch_events=whole(steady(500.0)), branch_clients=40), Series.TURNOVER)
    assert whole_feed.label is Label.UNKNOWN


def test_silence_in_a_week_that_was_released_by_hand_is_a_feed_fault() -> None:
    silent, released = np.ones(N), np.zeros(N, np.bool_)
    silent[-3:], released[-3:] = 0.0, True
    told = explain(known(steady() * silent, steady() * silent, released=released), Series.TURNOVER)
    assert (told.label, told.strength) == (Label.FEED_FAULT, Strength.STRONG)
    assert told.finding(FindingKind.WITHOUT_FEED_GAPS).count == 3


def test_every_mean_can_be_added_up_again() -> None:
    had = known(fallen(0.6), fallen(0.3), industry=industry(0.9), branch_events=whole(steady(50.0)))
    told = explain(had, Series.CREDIT)
    sums = {
        FindingKind.CREDITS: had.credit, FindingKind.DEBITS: had.debit, FindingKind.QUARTER_BEFORE: had.turnover,
        FindingKind.LAST_YEAR: had.turnover, FindingKind.SAME_WEEKS_LAST_YEAR: had.turnover,
        FindingKind.BRANCH_EVENTS: had.branch_events,
    }  # fmt: skip
    for kind, volumes in sums.items():
        found = told.finding(kind)
        means = []
        for span in (found.before_weeks, found.after_weeks):
            weeks = volumes[span.first - WEEK + N - 1 : span.last - WEEK + N]
            means.append(Fraction(sum(weeks.tolist()), len(weeks)))
        assert (found.before, found.after) == (round(means[0]), round(means[1]))
        assert found.change_pct == pytest.approx(float((means[1] - means[0]) / means[0] * 100))


@pytest.mark.parametrize("weeks", [2, 8, 25, 26, 40, 65, 104, 150])
def test_the_value_at_risk_is_the_distance_of_its_two_means_times_the_weeks_before(weeks) -> None:
    debit, credit = (whole(rng.lognormal(12.0, 0.5, weeks) * np.linspace(2.0, 0.3, weeks)) for _ in "dc")
    found = explain(Known(WEEK, debit, credit), Series.TURNOVER).finding(FindingKind.VALUE_AT_RISK)
    turnover = np.concatenate([np.zeros(LONGEST, np.int64), debit + credit])[: -LONGEST - 1 : -1]
    at_risk = int(value_at_risk(turnover[:, None], np.array([weeks]))[0])
    times = found.before_weeks.last - found.before_weeks.first + 1
    assert max(0, times * (found.before - found.after)) == pytest.approx(at_risk, abs=times)


@pytest.mark.parametrize(
    ("gone", "left", "over"), [(0, (13, 26), False), (8, (5, 18), False), (13, (0, 13), False), (26, (0, 0), True)]
)
def test_weeks_left_are_those_of_three_and_six_months(gone, left, over) -> None:
    found = weeks_left(2900, 2900 + gone - 1)
    assert (tuple(found), found.over) == (left, over)


sides = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=120)


@settings(deadline=None)
@given(weeks=sides, series=st.sampled_from(Series))
def test_any_history_has_an_explanation_with_onset_label_and_support_in_bounds(weeks, series) -> None:
    debit, credit = np.array(weeks, np.int64).T
    told = explain(Known(WEEK, debit, credit), series)
    assert WEEK - len(weeks) < told.onset_earliest <= told.onset_week <= told.onset_latest <= WEEK
    assert all(0.0 <= each <= 1.0 for each in told.support)
    if told.label is Label.UNKNOWN:
        assert told.strength is Strength.WEAK
    else:
        assert told.support[SUPPORTED.index(told.label)] == max(told.support)
    assert all(found.before_weeks.first > WEEK - HISTORY_WEEKS for found in told.findings)
    assert all(found.after_weeks.last <= WEEK for found in told.findings)


@settings(deadline=None)
@given(weeks=sides, factor=st.sampled_from([4, 256]))
def test_another_unit_gives_the_same_label(weeks, factor) -> None:
    debit, credit = np.array(weeks, np.int64).T
    one, other = (explain(Known(WEEK, debit * f, credit * f), Series.TURNOVER) for f in (1, factor))
    assert (one.label, one.onset_week) == (other.label, other.onset_week)
    assert other.support == pytest.approx(one.support, abs=0.02)


def test_columns_of_unequal_length_are_refused() -> None:
    had = known(steady(), steady())
    with pytest.raises(ValueError, match="lengths"):
        explain(replace(had, credit=had.credit[1:]), Series.CREDIT)


def test_most_leavers_of_a_simulated_bank_are_told_as_leaving_and_of_one_side_strongly() -> None:
    told = [(each.leaver, explain(each.known, each.series)) for each in first_alerts() if each.leaver is not None]
    labels = [why.label for _, why in told]
    assert np.mean([label is Label.LEAVING for label in labels]) >= 0.8
    assert np.mean([label in (Label.LEAVING, Label.UNKNOWN) for label in labels]) >= 0.95  # nothing else is said
    one_side = [why for leaver, why in told if leaver.kind == "one_series"]
    assert np.mean([why.strength is Strength.STRONG for why in one_side]) >= 0.5
    both = [why for leaver, why in told if leaver.kind != "one_series"]
    assert np.mean([why.strength is Strength.STRONG for why in both]) <= 0.15
