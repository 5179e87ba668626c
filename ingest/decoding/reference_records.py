"""Reference data: records of corebank.clients and corebank.rates, few enough to take one by one."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import astuple

from ingest.decoding.bad_record import UNREADABLE, BadRecord, unreadable
from schemas.events import ID_PATTERN, ClientRecord, Rate
from schemas.money import NotMoney, minor_digits
from schemas.weeks import NotAWeek, Week, format_week, parse_week

_ID = re.compile(ID_PATTERN, re.ASCII)
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?", re.ASCII)
_RATES = Fraction(1, 10**8), Fraction(10**8)  # no two currencies in use are further apart
_RATE_WEEKS = range(parse_week("1970-W01"), parse_week("2200-W01"))
# Control characters, marks that turn the direction of what follows, lone surrogates, what is no character.
_UNFIT_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_client_decoder = msgspec.json.Decoder(ClientRecord)
_rate_decoder = msgspec.json.Decoder(Rate)
_T = TypeVar("_T")


class WeekRate(NamedTuple):
    """Base units of one unit of `currency` in `week`; `text` is exact decimal."""

    currency: str
    week: Week
    text: str


def decode_client(value: bytes | None) -> ClientRecord:
    """A client's master record. Raises BadRecord: no value (a tombstone is the caller's), or what it holds."""
    record = _decode(_client_decoder, value)
    for name in (record.client_id, record.branch_id):
        if _ID.fullmatch(name) is None:
            raise BadRecord("bad_id", f"{name!r} is no id")
    for text in astuple(record):
        if isinstance(text, str):
            _refuse_unfit(text)
    if not record.name.strip():
        raise BadRecord("bad_shape", "the name is blank")
    if record.opened_on is not None and record.closed_on is not None and record.closed_on < record.opened_on:
        raise BadRecord("bad_shape", f"closed on {record.closed_on}, before it was opened on {record.opened_on}")
    return record


def _refuse_unfit(text: str) -> None:
    """People read these on pages, in letters and in logs: what shows as something else is no name."""
    for character in text:
        if character in _BIDI or unicodedata.category(character) in _UNFIT_CATEGORIES:
            raise BadRecord("bad_shape", f"{text!r} holds U+{ord(character):04X}, which is not for a text")


def decode_rate(key: bytes | None, value: bytes | None, base: str) -> WeekRate:
    """The rate of a currency and week. Raises BadRecord, also where the key is not CURRENCY:WEEK of the value.

    `base`: the base currency, which has none: one unit of it is one unit.
    """
    record = _decode(_rate_decoder, value)
    try:
        minor_digits(record.currency)
        week = parse_week(record.week)
    except NotMoney as error:
        raise BadRecord("bad_currency", str(error)) from None
    except NotAWeek as error:
        raise BadRecord("bad_week", str(error)) from None
    if _RATE.fullmatch(record.rate) is None:
        raise BadRecord("bad_shape", f"rate {record.rate!r} is no decimal such as 7.8125")
    if not _RATES[0] <= Fraction(record.rate) <= _RATES[1]:
        raise BadRecord("bad_shape", f"rate {record.rate} is outside 0.00000001 to 100000000")
    if record.currency == base:
        raise BadRecord("bad_currency", f"{base} is the base currency: it has no rate")
    if week not in _RATE_WEEKS:
        raise BadRecord("bad_week", f"{record.week} is outside 1970 to 2199")
    expected = f"{record.currency}:{format_week(week)}"
    if key != expected.encode():
        raise BadRecord("bad_key", f"the key is {key!r}, not {expected}")
    return WeekRate(record.currency, week, record.rate)


def decode_client_key(key: bytes | None) -> str:
    """The client a tombstone takes back. Raises BadRecord where the key is no client_id."""
    text = _key_text(key)
    if _ID.fullmatch(text) is None:
        raise BadRecord("bad_key", f"the key {text!r} is no client_id")
    return text


def decode_rate_key(key: bytes | None) -> tuple[str, Week]:
    """The currency and week whose rate a tombstone takes back. Raises BadRecord."""
    currency, _, week = _key_text(key).partition(":")
    try:
        minor_digits(currency)
        return currency, parse_week(week)
    except (NotMoney, NotAWeek) as error:
        raise BadRecord("bad_key", f"the key is not CURRENCY:WEEK: {error}") from None


def _key_text(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        raise BadRecord("bad_key", "the key is no UTF-8") from None


def _decode(decoder: msgspec.json.Decoder[_T], value: bytes | None) -> _T:
    if value is None:
        raise BadRecord("bad_shape", "a record without a value")
    try:
        return decoder.decode(value)
    except UNREADABLE as error:
        raise unreadable(error) from None
