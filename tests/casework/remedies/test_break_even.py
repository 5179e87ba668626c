"""What a concession has to bring, worked out a second way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.remedies.break_even import Option, fee_break_even, options, terms_break_even
from casework.remedies.terms import FeeTerms, Terms

WAIVER = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 0, None, FeeTerms("F1", 120_000, 100, 1, 1))


def test_a_waiver_of_1200_a_month_needs_276_thousand_a_week_at_ten_basis_points() -> None:
    assert fee_break_even(120_000, 100, 10) == 27_616_439  # 1200.00 * 12 / 365 * 7 / 0.001 = 276164.383...
    assert fee_break_even(120_000, 50, 10) == 13_808_220
    assert terms_break_even(WAIVER, 10) == fee_break_even(120_000, 100, 10)


@given(price=st.integers(0, 10**17), pct=st.integers(1, 100), bps=st.integers(1, 10_000))
def test_its_margin_just_pays_for_the_fee(price, pct, bps) -> None:
    fee_a_week = Fraction(price * pct * 84, 36_500)
    turnover = fee_break_even(price, pct, bps)
    assert Fraction(turnover * bps, 10_000) >= fee_a_week
    assert turnover == 0 or Fraction((turnover - 1) * bps, 10_000) < fee_a_week


@given(
    price=st.integers(1, 10**9), cost=st.integers(0, 10**9), days=st.integers(1, 3_000), bps=st.integers(1, 10_000)
)
def test_a_cost_is_spread_over_the_days_it_is_for(price, cost, days, bps) -> None:
    start = WAIVER.starts_on
    terms = replace(
        WAIVER,
        ends_on=date.fromordinal(start.toordinal() + days),
        cost_minor=cost,
        fee=replace(WAIVER.fee, list_price_minor=price),
    )
    with localcontext() as context:
        context.prec = 60
        a_week = Decimal(cost) * 7 / days + Decimal(price) * 12 * 7 / 365
        assert abs(Decimal(terms_break_even(terms, bps)) - a_week * 10_000 / bps) <= 1


def test_what_has_no_end_has_no_break_even() -> None:
    assert terms_break_even(Terms(date(2026, 2, 1), None, 5_000, 0), 10) == 0


def test_the_four_answers_to_what_would_it_take() -> None:
    assert options(WAIVER, 89_000, 10) == (
        Option("do_nothing", 0, 0),
        Option("half_for_three_months", 181_480, 13_808_220),  # 600.00 * 12 * 92 / 365 = 1814.79...
        Option("service_upgrade", 89_000, 7_000_000),  # 890.00 over 89 days is 70.00 a week
        Option("as_proposed", 351_124, 27_616_439),
    )


def test_half_for_three_months_is_half_the_fee_and_nothing_else() -> None:
    with_cost = replace(WAIVER, cost_minor=5_000)
    assert options(with_cost, None, 10)[1] == options(WAIVER, None, 10)[1]
    campaign = replace(WAIVER, fee=None, cost_minor=5_000)
    assert options(campaign, None, 10)[1] == Option("half_for_three_months", 0, 0)


@pytest.mark.parametrize("bps", [1, 10, 10_000])
def test_a_service_upgrade_nobody_has_priced_has_no_price(bps) -> None:
    assert options(WAIVER, None, bps)[2] == Option("service_upgrade", None, None)
