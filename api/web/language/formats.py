"""Numbers, money, days and weeks as a reader of one language writes them. Rules and names are CLDR's, by Babel.

A page has hundreds of them, so what is asked for again is remembered, and whole numbers are grouped by Python with
the locale's sign.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_skeleton
from babel.lists import format_list
from babel.numbers import format_compact_currency, get_currency_symbol, get_decimal_symbol, get_group_symbol

from schemas.weeks import monday, parse_week

MINUS = "\u2212"  # as wide as a plus, unlike a hyphen
DASH = "\u2013"
_REMEMBERED = 4096
_ONE = Decimal(1)


class Formats:
    """How one locale writes things. Amounts come as the API has them: decimal strings, or None for unknown."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale
        self._marks = str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "-": MINUS})
        # As methods would keep their cache for all instances in one.
        self.week = lru_cache(_REMEMBERED)(self._week)
        self.day = lru_cache(_REMEMBERED)(self._day)
        self.short_day = lru_cache(_REMEMBERED)(self._short_day)
        self.symbol = lru_cache(64)(self._symbol)
        self.compact = lru_cache(_REMEMBERED)(self._compact)

    def number(self, value: float | None) -> str:
        """A count, grouped: 1,234."""
        return DASH if value is None else f"{value:,}".translate(self._marks)

    def amount(self, value: str | None, digits: int = 0) -> str:
        """Whole units without the currency, which the column's head names: 1,234,568."""
        if value is None:
            return DASH
        rounded = Decimal(value).quantize(_ONE.scaleb(-digits), ROUND_HALF_EVEN)
        return f"{rounded:,}".translate(self._marks)

    def money(self, value: str | None, currency: str) -> str:
        """With its currency: HK$1,234,568."""
        if value is None:
            return DASH
        sign = MINUS if value.startswith("-") else ""
        return f"{sign}{self.symbol(currency)}{self.amount(value.removeprefix('-'))}"

    def percent(self, value: float | None, digits: int | None = None, *, signed: bool = True) -> str:
        """−38%. Without `digits` a tenth is shown below ten, where it matters."""
        if value is None:
            return DASH
        if digits is None:
            digits = 1 if abs(value) < 9.95 else 0  # what rounds to ten has no tenths
        return f"{value:{'+' if signed else ''},.{digits}f}%".translate(self._marks)

    def moment(self, value: datetime, zone: tzinfo) -> str:
        """Day and minute in a zone: 13 Jan 2026, 10:00."""
        shown = value.astimezone(zone)
        return f"{self.day(shown.date())} {format_datetime(shown, 'HH:mm', locale=self._locale)}"

    def listed(self, items: list[str]) -> str:
        """a, b and c."""
        return format_list(items, locale=self._locale)

    def _week(self, text: str) -> str:
        """The days of ``2026-W02``: 5–11 Jan 2026."""
        first = monday(parse_week(text))
        last = date.fromordinal(first.toordinal() + 6)
        return str(format_interval(first, last, "yMMMd", locale=self._locale))

    def _day(self, value: date) -> str:
        return str(format_date(value, "medium", locale=self._locale))

    def _short_day(self, value: date) -> str:
        """Without the year: 5 Jan."""
        return str(format_skeleton("MMMd", value, locale=self._locale))

    def _symbol(self, currency: str) -> str:
        return str(get_currency_symbol(currency, locale=self._locale))

    def _compact(self, value: str, currency: str) -> str:
        """For a sentence: HK$1.23M, HK$123.5万."""
        units = Decimal(value).quantize(_ONE, ROUND_HALF_EVEN)
        written = format_compact_currency(units, currency, locale=self._locale, fraction_digits=1)
        return str(written).replace("-", MINUS)
