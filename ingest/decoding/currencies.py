"""Currencies as columns, and amounts in the base currency. Source: ISO 4217; schemas.money; docs/decisions/0006."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from ingest.arrays import Bool, Int32, Int64, UInt64
from ingest.decoding.codes import NO_CODE
from schemas.money import MAX_MINOR, NotMoney, convert_minor, minor_digits
from schemas.weeks import format_week

RateOf = Callable[[str, int], Fraction | None]

_SAFE = 1 << 61  # twice a number below it fits int64


class Currencies(dict[str, int]):
    """Currencies to dense int codes, the base's first, then in order of first sight.

    A text that is no currency of an account gets NO_CODE and is not stored. Raises NotMoney where the base is none.
    """

    def __init__(self, base: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.digits: Int64 = np.empty(0, np.int64)  # behind the point, by code
        self.words: UInt64 = np.empty(0, np.uint64)  # the three letters as a number, by code
        minor_digits(base)
        self[base]

    def __missing__(self, name: str) -> int:
        try:
            digits = minor_digits(name)
        except NotMoney:
            return NO_CODE
        self.digits = np.append(self.digits, digits)
        self.words = np.append(self.words, np.uint64(int.from_bytes(name.encode(), "big")))
        code = self[name] = len(self.names)
        self.names.append(name)
        return code


def to_base(minor: Int64, currency: str, base: str, rate: Fraction) -> tuple[Int64, Bool]:
    """Base minor units (n,) of amounts that are not negative, as schemas.money.convert_minor.

    True where over MAX_MINOR: those are 0.
    """
    factor = rate * 10 ** minor_digits(base) / 10 ** minor_digits(currency)
    if max(int(minor.max(initial=1)) * factor.numerator, factor.denominator) < _SAFE:
        scaled = minor * factor.numerator
        base_minor = scaled // factor.denominator
        twice = (scaled - base_minor * factor.denominator) * 2
        base_minor += (twice > factor.denominator) | ((twice == factor.denominator) & (base_minor % 2 == 1))
    else:
        exact = [convert_minor(one, currency, base, rate) for one in minor.tolist()]
        base_minor = np.array([min(one, MAX_MINOR + 1) for one in exact], np.int64)
    too_big = base_minor > MAX_MINOR
    base_minor[too_big] = 0
    return base_minor, too_big


class Exchange:
    """Amounts of any currency in the base currency, each at the rate of its week."""

    def __init__(self, base: str, rate_of: RateOf) -> None:
        self.base, self._rate_of = base, rate_of

    def convert_one(self, minor: int, currency: str, week: int) -> int:
        """Base minor units of one amount. Raises LookupError where there is no rate."""
        if currency == self.base:
            return minor
        rate = self._rate_of(currency, week)
        if rate is None:
            raise LookupError(f"no rate of {currency} for {format_week(week)}")
        return convert_minor(minor, currency, self.base, rate)

    def convert_column(self, minor: Int64, currency: str, weeks: Int32) -> tuple[Int64, Bool, Bool]:
        """Base minor units (n,) of amounts of one currency; where there is no rate; where over MAX_MINOR."""
        base_minor = np.zeros(len(minor), np.int64)
        no_rate, too_big = np.zeros((2, len(minor)), np.bool_)
        for week in np.unique(weeks).tolist():
            at = np.flatnonzero(weeks == week)
            rate = self._rate_of(currency, week)
            if rate is None:
                no_rate[at] = True
            else:
                base_minor[at], too_big[at] = to_base(minor[at], currency, self.base, rate)
        return base_minor, no_rate, too_big
