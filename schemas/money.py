"""Exact money: decimal strings outside, int64 minor units inside. Source: ISO 4217; docs/decisions/0004."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import iso4217

MAX_MINOR = 10**17  # 1e15 in a two-digit currency: far above any payment, 90 times below int64
_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d{1,4}))?", re.ASCII)


class NotMoney(ValueError):
    """A text that is no amount of its currency."""


@lru_cache(maxsize=512)
def minor_digits(currency: str) -> int:
    """Digits behind the point: 2 for HKD, 0 for JPY, 3 for KWD. Raises NotMoney for an unknown code."""
    try:
        exponent = iso4217.Currency(currency).exponent
    except ValueError:
        raise NotMoney(f"{currency!r} is not an ISO 4217 currency code") from None
    if exponent is None:
        raise NotMoney(f"{currency} has no minor unit and cannot be an account's currency")
    return int(exponent)


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a decimal string without sign; raises NotMoney where it cannot be exact."""
    digits = minor_digits(currency)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise NotMoney(f"{text!r} is not a decimal amount such as 1234.56")
    fraction = match[2] or ""
    if len(fraction.rstrip("0")) > digits:
        raise NotMoney(f"{text!r} has more than {digits} digits behind the point for {currency}")
    minor: int = int(match[1]) * 10**digits + int(fraction[:digits].ljust(digits, "0") or "0")
    return minor


def format_amount(minor: int, currency: str) -> str:
    """Decimal string of minor units: 1234 -> ``12.34`` in HKD, ``1234`` in JPY."""
    digits = minor_digits(currency)
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    if digits == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def major_units(minor: int, currency: str) -> Decimal:
    """Exact units of the currency: 1234 is 12.34 in HKD."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def convert_minor(minor: int, currency: str, base: str, rate: Fraction) -> int:
    """Minor units of `base` for minor units of `currency`, at `rate` base units a unit, rounded half to even."""
    whole: Fraction = Fraction(minor, 10 ** minor_digits(currency)) * rate
    scaled: Fraction = whole * 10 ** minor_digits(base)
    return round(scaled)
