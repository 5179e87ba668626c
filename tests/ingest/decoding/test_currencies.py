"""Conversion in columns against schemas.money.convert_minor, amount by amount."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.decoding.codes import NO_CODE
from ingest.decoding.currencies import Currencies, to_base
from schemas.money import MAX_MINOR, NotMoney, convert_minor

RATE = st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,12})?", fullmatch=True).map(Fraction)
CURRENCY = st.sampled_from(["HKD", "JPY", "KWD", "USD"])


@given(minor=st.lists(st.integers(0, MAX_MINOR), max_size=10), rate=RATE, currency=CURRENCY, base=CURRENCY)
@example(minor=[1, 3, 5, 7, 9], rate=Fraction("0.5"), currency="USD", base="HKD")
@example(minor=[], rate=Fraction("10000000.000000000001"), currency="HKD", base="HKD")
@example(minor=[0], rate=Fraction("10000000.000000000001"), currency="HKD", base="HKD")
@example(minor=[MAX_MINOR, 1], rate=Fraction("123456789.123456789012"), currency="JPY", base="KWD")
@example(minor=[MAX_MINOR, 1], rate=Fraction(1), currency="USD", base="HKD")
def test_column_is_converted_as_each_amount_alone(
    minor: list[int], rate: Fraction, currency: str, base: str
) -> None:
    base_minor, too_big = to_base(np.array(minor, np.int64), currency, base, rate)

    exact = [convert_minor(one, currency, base, rate) for one in minor]
    assert too_big.tolist() == [one > MAX_MINOR for one in exact]
    assert base_minor.tolist() == [0 if one > MAX_MINOR else one for one in exact]


def test_unknown_currency_has_no_code_and_is_not_stored() -> None:
    currencies = Currencies("HKD")
    assert [currencies[name] for name in ("HKD", "JPY", "XXX", "usd", "JPY")] == [0, 1, NO_CODE, NO_CODE, 1]
    assert currencies.names == ["HKD", "JPY"]
    assert currencies.digits.tolist() == [2, 0]
    with pytest.raises(NotMoney):
        Currencies("XXX")
