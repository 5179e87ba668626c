"""Amounts: decimal texts to minor units, a column at a time. Source: schemas.money and docs/decisions/0006."""

from __future__ import annotations

import numpy as np

from ingest.arrays import Bool, Int64, UInt64
from ingest.decoding.texts.text_rows import WORD_BYTES, Index, TextRows, words_at
from schemas.money import MAX_MINOR, NotMoney, parse_amount

_WHOLE_DIGITS = 15  # as in schemas.money
_SAFE_DIGITS = 18  # int64 holds any number of so many digits
_TENS = 10 ** np.arange(_SAFE_DIGITS + 1, dtype=np.int64)

_ZEROS = np.uint64(0x3030303030303030)  # eight digits 0
# By number of digits: the bytes that hold them where they end a word.
_HIGH = np.array([(1 << 64) - (1 << 8 * (WORD_BYTES - kept)) for kept in range(WORD_BYTES + 1)], np.uint64)

Faults = dict[int, tuple[str, str]]  # position -> reason and detail


def parse_amounts(texts: TextRows, currencies: TextRows, digits: Int64) -> tuple[Int64, Faults]:
    """Minor units of each text in its currency, int64 (n,), exactly as schemas.money.parse_amount reads it.

    `digits` (n,) are those behind the point of each currency. Where the text is no amount (`bad_amount`) or is over
    MAX_MINOR (`too_big`) there is a fault, and 0 minor units.
    """
    minor, plain = _read_plain(texts, digits)
    faults: Faults = {}
    for at in np.flatnonzero(~plain | (minor > MAX_MINOR)).tolist():
        minor[at] = 0
        text, currency = texts.text(at), currencies.text(at)
        try:
            exact = parse_amount(text, currency)
        except NotMoney as error:
            faults[at] = ("bad_amount", str(error))
            continue
        if exact > MAX_MINOR:
            faults[at] = ("too_big", f"{text} {currency} is more than a payment can be")
        else:
            minor[at] = exact
    return minor, faults


def _read_plain(texts: TextRows, digits: Int64) -> tuple[Int64, Bool]:
    """Minor units, and which of them can be relied on: the plain forms 1234, 1234.5 and 1234.56."""
    cents = np.zeros(len(texts), np.intp)
    for place in range(1, int(digits.max(initial=0)) + 1):
        cents[texts.flat[texts.ends - (place + 1)] == ord(".")] = place
    whole = texts.lengths - cents - (cents > 0)
    plain = (whole >= 1) & (whole <= np.minimum(_SAFE_DIGITS - digits, _WHOLE_DIGITS)) & (cents <= digits)
    whole[~plain] = cents[~plain] = 0

    scale = np.clip(digits, 0, _SAFE_DIGITS)
    number, numeric = _number(texts, texts.starts + whole, whole)
    minor = number * _TENS[scale]
    plain &= numeric
    if cents.any():
        number, numeric = _number(texts, texts.ends, cents)
        minor += number * _TENS[scale - cents]
        plain &= numeric
    return minor, plain


def _number(texts: TextRows, stops: Index, lengths: Index) -> tuple[Int64, Bool]:
    """The whole numbers of up to 16 digits that end before `stops`, and which of them hold nothing but digits."""
    low, numeric = _eight(words_at(texts.flat, stops - WORD_BYTES), np.minimum(lengths, WORD_BYTES))
    if int(lengths.max(initial=0)) <= WORD_BYTES:
        return low, numeric
    above = np.maximum(lengths - WORD_BYTES, 0)
    high, also = _eight(words_at(texts.flat, stops - 2 * WORD_BYTES), above)
    return low + high * _TENS[WORD_BYTES], numeric & also


def _eight(words: UInt64, lengths: Index) -> tuple[Int64, Bool]:
    """The numbers in the last `lengths` bytes of words of 8 digits, and which are digits only.

    Neighbours are joined in three steps: digits to pairs, pairs to fours, fours to the whole.
    """
    mask = _HIGH[lengths]
    digits = (words & mask | _ZEROS & ~mask) ^ _ZEROS  # 0 to 9 where it was a digit, and more in any other case
    numeric: Bool = (digits + np.uint64(0x0606060606060606) | digits) & np.uint64(0xF0F0F0F0F0F0F0F0) == 0
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    fours = pairs * np.uint64(100) + (pairs >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    number = fours * np.uint64(10_000) + (fours >> np.uint64(32)) & np.uint64(0xFFFFFFFF)
    return number.view(np.int64), numeric
