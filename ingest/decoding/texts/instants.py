"""Booking times: RFC 3339 texts to UTC seconds, a column at a time.

Texts of one length and ending are a matrix of bytes, a row for each place. Less a template its digits are 0 to 9
and its punctuation is 0: one comparison checks the form. Source: RFC 3339, 5.6; docs/decisions/0006-decoding.md.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

from ingest.arrays import Bool, Int64
from ingest.decoding.texts.text_rows import Bytes, Index, TextRows

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.\d+)?(?:[Zz]|([+-](?:[01]\d|2[0-3]):[0-5]\d))",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIRST_YEAR, _END_YEAR = 1970, 2200  # the years of the table; another year takes the slow way
_MONTH_STARTS = np.arange(f"{_FIRST_YEAR}-01", f"{_END_YEAR}-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)
_MONTH_DAYS = np.diff(_MONTH_STARTS)

_PLAIN, _OFFSET = b"0000-00-00T00:00:00", b"+00:00"
_LONGEST = 40  # schemas.events allows 35


class NotAnInstant(ValueError):
    """A text that is no RFC 3339 date and time with an offset, or is before 1970."""


def parse_instant(text: str) -> int:
    """UTC seconds since 1970 of one text, a fraction of a second dropped. Raises NotAnInstant."""
    match = _INSTANT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or '+00:00'}")
    except ValueError:
        raise NotAnInstant(f"{text!r} is not a time with an offset such as 2026-01-05T10:00:00+08:00") from None
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    if seconds < 0:
        raise NotAnInstant(f"{text!r} is before 1970")
    return seconds


def parse_instants(texts: TextRows) -> tuple[Int64, dict[int, str]]:
    """UTC seconds since 1970, int64 (n,), and what is wrong with each text that is no instant (its second is 0)."""
    seconds = np.zeros(len(texts), np.int64)
    read = np.zeros(len(texts), np.bool_)
    forms = texts.lengths * 2 + (texts.flat[texts.ends - 1] == ord("Z"))
    for form in np.flatnonzero(np.bincount(forms)).tolist():
        template = _template(form // 2, zulu=bool(form % 2))
        if template is not None:
            at: Index = np.flatnonzero(forms == form)
            places = texts.flat[texts.starts[at] + np.arange(len(template))[:, None]]
            seconds[at], read[at] = _read(places, template)
    bad: dict[int, str] = {}
    for one in np.flatnonzero(~read).tolist():
        try:
            seconds[one] = parse_instant(texts.text(one))
        except NotAnInstant as error:
            seconds[one], bad[one] = 0, str(error)
    return seconds, bad


def _template(length: int, *, zulu: bool) -> Bytes | None:
    """The least text of this length and ending; None where there is none."""
    offset = b"Z" if zulu else _OFFSET
    fraction = length - len(_PLAIN) - len(offset)
    if fraction < 0 or fraction == 1 or length > _LONGEST:  # a point wants digits behind it
        return None
    point = b"." * min(fraction, 1)
    return np.frombuffer(_PLAIN + point + b"0" * (fraction - len(point)) + offset, np.uint8)


def _read(places: Bytes, template: Bytes) -> tuple[Int64, Bool]:
    """Seconds of m texts, given as (length, m), and which of them could be read; the others are any number."""
    values = places - template[:, None]  # wraps round below the template: far above what is allowed

    def pair(place: int) -> Bytes:
        number: Bytes = values[place] * np.uint8(10) + values[place + 1]
        return number

    highest = np.where(template == ord("0"), np.uint8(9), np.uint8(0))
    year = pair(0).astype(np.int64) * 100 + pair(2)
    month, day, hour, minute, second = pair(5), pair(8), pair(11), pair(14), pair(17)
    timely = (year >= _FIRST_YEAR) & (year < _END_YEAR) & (month >= 1) & (month <= 12)
    timely &= (day >= 1) & (hour <= 23) & (minute <= 59) & (second <= 59)
    offset = np.zeros(len(year), np.int64)
    if template[-1] != ord("Z"):
        sign = len(template) - len(_OFFSET)
        highest[sign] = ord("-") - ord("+")
        ahead, ahead_minutes = pair(sign + 1), pair(sign + 4)
        timely &= (ahead <= 23) & (ahead_minutes <= 59) & (values[sign] != ord(",") - ord("+"))
        offset = (ahead.astype(np.int64) * 60 + ahead_minutes) * np.where(values[sign] == 0, 60, -60)
    months = np.where(timely, (year - _FIRST_YEAR) * 12 + month - 1, 0)
    days = _MONTH_STARTS[months] + day - 1
    seconds: Int64 = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
    return seconds, timely & (values <= highest[:, None]).all(axis=0) & (day <= _MONTH_DAYS[months]) & (
        seconds >= 0
    )
