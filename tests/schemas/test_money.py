"""Money beside the standard library's decimals, and what is refused."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import NotMoney, convert_minor, format_amount, minor_digits, parse_amount

DIGITS = {"JPY": 0, "HKD": 2, "KWD": 3, "CLF": 4}
CURRENCY = st.sampled_from(list(DIGITS))


@pytest.mark.parametrize(("currency", "digits"), DIGITS.items())
def test_a_currency_has_the_digits_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("currency", "said"),
    [
        ("hkd", "'hkd' is not an ISO 4217 currency code"),
        ("", "'' is not an ISO 4217 currency code"),
        ("XAU", "XAU has no minor unit and cannot be an account's currency"),
    ],
)
def test_what_is_no_accounts_currency_is_refused_by_name(currency: str, said: str) -> None:
    with pytest.raises(NotMoney) as refused:
        minor_digits(currency)
    assert str(refused.value) == said


@given(minor=st.integers(-(10**17), 10**17), currency=CURRENCY)
def test_an_amount_is_written_as_the_decimal_that_it_is(minor: int, currency: str) -> None:
    digits = DIGITS[currency]
    assert format_amount(minor, currency) == f"{Decimal(minor).scaleb(-digits):.{digits}f}"


@given(minor=st.integers(0, 10**15 - 1), currency=CURRENCY)
def test_what_is_written_is_read_again(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1.5", "HKD", 150), ("1.05", "HKD", 105), ("1.500", "HKD", 150), ("7.0", "JPY", 7), ("2", "KWD", 2_000)],
)
def test_digits_that_are_left_out_or_too_many_are_zeros(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(-1234, "HKD", "-12.34"), (-5, "HKD", "-0.05"), (0, "HKD", "0.00"), (-7, "JPY", "-7"), (1007, "KWD", "1.007")],
)
def test_small_and_negative_amounts_keep_their_zeros(minor: int, currency: str, text: str) -> None:
    assert format_amount(minor, currency) == text


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("1.5", "JPY", "'1.5' has more than 0 digits behind the point for JPY"),
        ("1.001", "HKD", "'1.001' has more than 2 digits behind the point for HKD"),
        ("-1", "HKD", "'-1' is not a decimal amount such as 1234.56"),
    ],
)
def test_what_cannot_be_exact_is_refused_and_said_why(text: str, currency: str, said: str) -> None:
    with pytest.raises(NotMoney) as refused:
        parse_amount(text, currency)
    assert str(refused.value) == said


@given(
    minor=st.integers(-(10**17), 10**17),
    currency=CURRENCY,
    base=CURRENCY,
    rate=st.decimals("0.000001", 100_000, places=6),
)
def test_a_conversion_is_the_decimal_product_rounded_half_to_even(
    minor: int, currency: str, base: str, rate: Decimal
) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(minor).scaleb(-DIGITS[currency]) * rate
        wanted = exact.scaleb(DIGITS[base]).quantize(Decimal(1), ROUND_HALF_EVEN)
    assert convert_minor(minor, currency, base, Fraction(rate)) == wanted


@pytest.mark.parametrize(("minor", "wanted"), [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2)])
def test_a_half_goes_to_the_even_side(minor: int, wanted: int) -> None:
    assert convert_minor(minor, "HKD", "HKD", Fraction(1, 2)) == wanted
