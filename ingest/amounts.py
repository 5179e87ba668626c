"""Amounts: decimal texts to minor units, a column at a time. Source: schemas.money and docs/decisions/0006."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.columns import Bool, Int64
from ingest.text_rows import Bytes, Index, TextRows, text_rows
from schemas.money import MAX_MINOR, NotMoney, parse_amount

_WHOLE_DIGITS = 15  # as in schemas.money
_SAFE_DIGITS = 18  # int64 holds any number of so many digits
_TENS = 10 ** np.arange(_SAFE_DIGITS + 1, dtype=np.int64)

Faults = dict[int, tuple[str, str]]  # position -> reason and detail


def parse_amounts(texts: Sequence[str], currencies: Sequence[str], digits: Int64) -> tuple[Int64, Faults]:
    """Minor units of each text in its currency, int64 (n,), exactly as schemas.money.parse_amount reads it.

    `digits` (n,) are those behind the point of each currency. Where the text is no amount (`bad_amount`) or is over
    MAX_MINOR (`too_big`) there is a fault, and 0 minor units.
    """
    minor, plain = _read_plain(text_rows(texts), digits)
    faults: Faults = {}
    for at in np.flatnonzero(~plain | (minor > MAX_MINOR)).tolist():
        minor[at] = 0
        try:
            exact = parse_amount(texts[at], currencies[at])
        except NotMoney as error:
            faults[at] = ("bad_amount", str(error))
            continue
        if exact > MAX_MINOR:
            faults[at] = ("too_big", f"{texts[at]} {currencies[at]} is more than a payment can be")
        else:
            minor[at] = exact
    return minor, faults


def _read_plain(rows: TextRows, digits: Int64) -> tuple[Int64, Bool]:
    """Minor units, and which of them can be relied on: the plain forms 1234, 1234.5 and 1234.56."""
    points = np.flatnonzero(rows.flat == ord("."))
    row_of_point = np.searchsorted(rows.ends, points)
    point_at = rows.ends.copy()  # where there is none: the end
    point_at[row_of_point] = points
    whole_digits = point_at - rows.starts
    cent_digits = np.maximum(rows.ends - point_at - 1, 0)

    plain = (whole_digits >= 1) & (whole_digits <= np.minimum(_SAFE_DIGITS - digits, _WHOLE_DIGITS))
    plain &= (cent_digits <= digits) & ((cent_digits > 0) | (point_at == rows.ends))
    plain[row_of_point[1:][row_of_point[1:] == row_of_point[:-1]]] = False  # two points
    plain[_rows_with_other_characters(rows)] = False

    whole_digits[~plain] = cent_digits[~plain] = 0
    scale = np.clip(digits, 0, _SAFE_DIGITS)
    minor = _number(rows.flat, point_at, whole_digits) * _TENS[scale]
    if cent_digits.any():
        minor += _number(rows.flat, rows.ends, cent_digits) * _TENS[scale - cent_digits]
    return minor, plain


def _number(flat: Bytes, stops: Index, lengths: Index) -> Int64:
    """The whole numbers whose `lengths` digits end before `stops`."""
    number = np.zeros(len(stops), np.int64)
    for place in range(int(lengths.max(initial=0))):
        digit = flat.take(stops - (place + 1), mode="clip") - np.uint8(ord("0"))
        number += np.where(lengths > place, digit, 0) * _TENS[place]
    return number


def _rows_with_other_characters(rows: TextRows) -> Index:
    others = rows.flat - np.uint8(ord("0")) > 9  # wraps round below 0
    if np.count_nonzero(others) == len(rows.ends) + np.count_nonzero(rows.flat == ord(".")):
        return np.empty(0, np.intp)
    strange = others & (rows.flat != ord(".")) & (rows.flat != ord("\n"))
    return np.searchsorted(rows.ends, np.flatnonzero(strange))
