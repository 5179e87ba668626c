"""What terms a remedy needs, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.remedies.terms import FeeTerms, Terms, check_terms
from schemas.errors import NotAllowedByRules
from schemas.money import MAX_MINOR

TODAY = date(2026, 1, 13)
FEE = FeeTerms("ACCT-MAINT", 120_000, 100, 40_000_000, 2_800_000)
WAIVER = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 0, None, FEE)
PLAIN = Terms(date(2026, 2, 1), None, 5_000, 0)


def waiver(**changes: object) -> Terms:
    of_fee = {name: value for name, value in changes.items() if name in FeeTerms.__dataclass_fields__}
    rest = {name: value for name, value in changes.items() if name not in of_fee}
    return replace(WAIVER, fee=replace(FEE, **of_fee), **rest)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("fee_waiver", WAIVER),
        ("fee_reduction", waiver(concession_pct=99)),
        ("marketing", PLAIN),
        ("no_action", replace(PLAIN, reason="they are closing down")),
    ],
)
def test_what_is_complete_is_allowed(kind, terms) -> None:
    assert check_terms(kind, terms, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "terms", "field"),
    [
        ("fee_waiver", replace(WAIVER, fee=None), "fee_code"),
        ("fee_waiver", waiver(ends_on=None), "ends_on"),
        ("fee_waiver", waiver(concession_pct=50), "concession_pct"),
        ("fee_reduction", waiver(), "concession_pct"),
        ("fee_reduction", waiver(concession_pct=0), "concession_pct"),
        ("fee_waiver", waiver(list_price_minor=0), "list_price"),
        ("fee_waiver", waiver(volume_commitment_minor=0), "volume_commitment"),
        ("fee_waiver", waiver(break_even_minor=MAX_MINOR + 1), "break_even"),
        ("fee_waiver", waiver(list_price_minor=MAX_MINOR), "list_price"),  # over its life it passes every amount
        ("marketing", WAIVER, "fee_code"),
        ("no_action", PLAIN, "reason"),
        ("no_action", replace(PLAIN, reason=" "), "reason"),
        ("marketing", replace(PLAIN, cost_minor=MAX_MINOR + 1), "cost"),
        ("marketing", replace(PLAIN, cost_minor=-1), "cost"),
        ("marketing", replace(PLAIN, expected_effect_minor=MAX_MINOR + 1), "expected_effect"),
        ("marketing", replace(PLAIN, ends_on=PLAIN.starts_on), "ends_on"),
        ("marketing", replace(PLAIN, starts_on=date(2026, 1, 1), ends_on=TODAY), "ends_on"),
        ("marketing", replace(PLAIN, ends_on=date(2037, 1, 1)), "ends_on"),
        ("marketing", replace(PLAIN, starts_on=TODAY - timedelta(days=93)), "starts_on"),
        ("marketing", replace(PLAIN, starts_on=TODAY + timedelta(days=732)), "starts_on"),
        ("marketing", replace(PLAIN, starts_on=date.min), "starts_on"),
        ("marketing", replace(PLAIN, ends_on=date.max), "ends_on"),
    ],
)
def test_what_lacks_something_is_refused_at_its_field(kind, terms, field) -> None:
    with pytest.raises(NotAllowedByRules) as refused:
        check_terms(kind, terms, TODAY)
    assert refused.value.field == field


def test_the_fee_given_up_is_the_list_price_by_days_and_percent() -> None:
    assert (WAIVER.days, WAIVER.given_up_minor) == (89, 351_124)  # 120000 * 12 * 89 / 365 = 351123.3
    assert waiver(concession_pct=25).given_up_minor == 87_781
    assert replace(WAIVER, cost_minor=1_000).total_minor == 352_124
    assert (PLAIN.days, PLAIN.given_up_minor, PLAIN.total_minor) == (0, 0, 5_000)


@given(
    price=st.integers(1, 10**12),
    pct=st.integers(1, 100),
    days=st.integers(1, 3653),
    cuts=st.lists(st.integers(1, 3652), max_size=5),
)
def test_parts_of_a_concession_never_cost_less_than_the_whole(price, pct, days, cuts) -> None:
    fee = replace(FEE, list_price_minor=price, concession_pct=pct)
    edges = [0, *sorted({cut for cut in cuts if cut < days}), days]
    start = WAIVER.starts_on
    parts = [
        replace(WAIVER, starts_on=start + timedelta(days=a), ends_on=start + timedelta(days=b), fee=fee)
        for a, b in pairwise(edges)
    ]
    whole = replace(WAIVER, ends_on=start + timedelta(days=days), fee=fee)
    assert sum(part.given_up_minor for part in parts) >= whole.given_up_minor
    assert 0 <= whole.given_up_minor - Fraction(price * pct * 12 * days, 36_500) < 1
