"""The weekly means of a comparison as they are written: money in its currency, payments as their number."""

from __future__ import annotations

from decimal import Decimal

from schemas.money import format_amount, major_units
from schemas.verdicts import HUNDREDTHS, Series


def mean_text(series: Series, mean_minor: int, currency: str) -> str:
    """Decimal string: of money as its currency writes it, of payments with two digits."""
    if series is Series.PAYMENTS:
        return f"{mean_units(series, mean_minor, currency):.2f}"
    return format_amount(mean_minor, currency)


def mean_units(series: Series, mean_minor: int, currency: str) -> Decimal:
    """Exact, in units of the currency, or payments."""
    if series is Series.PAYMENTS:
        return Decimal(mean_minor) / HUNDREDTHS
    return major_units(mean_minor, currency)
