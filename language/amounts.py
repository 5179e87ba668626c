"""Amounts within a sentence: two or three figures, written compactly by the rules of the language (CLDR's)."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_compact_currency, format_decimal

from language.catalogues import Texts

_BY_TEN_THOUSANDS = frozenset({"zh", "ja", "ko"})  # languages that count in 万 and 亿


def compact_amount(units: Decimal, currency: str, texts: Texts) -> str:
    """HK$1.2M or HK$120万: whole units below a thousand, else one digit behind the point at most."""
    whole = units.to_integral_value()
    if abs(whole) >= 1000:
        figures = 2 if units.adjusted() % _digits_to_the_next_word(texts.plain_locale) == 0 else 3
        whole = units.normalize(Context(prec=figures))
    return _formatted(f"{whole:f}", currency, texts.plain_locale)


@lru_cache(maxsize=8192)  # of so few figures each is asked for again and again, and takes longest of a sentence
def _formatted(whole: str, currency: str, locale: Locale) -> str:
    return str(format_compact_currency(whole, currency, locale=locale, fraction_digits=1))


def _digits_to_the_next_word(locale: Locale) -> int:
    """From thousand to million, or from 万 to 亿."""
    return 4 if locale.language in _BY_TEN_THOUSANDS else 3


def short_number(value: Decimal, texts: Texts) -> str:
    """12, or 2.4: with one digit behind the point below ten."""
    digits = Decimal("0.1") if abs(value) < 10 else Decimal(1)
    return str(format_decimal(value.quantize(digits), locale=texts.plain_locale))
