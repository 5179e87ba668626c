"""Why a record is refused, in the words of docs/ingest.md, "Reasons of dead letters"."""

from __future__ import annotations

import re

import msgspec

from schemas.errors import EbbwatchError

# What msgspec raises for bytes that are no JSON of the type; RecursionError: nested without end.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_LONGEST_DETAIL = 300  # characters: the value itself is kept beside it
_BREACH = re.compile(r"Expected `str` (?:of length|matching) .* - at `\$\.(\w+)`")
_REASON_OF_FIELD = {
    "event_id": "bad_id",
    "client_id": "bad_id",
    "account_id": "bad_id",
    "branch_id": "bad_id",
    "booked_at": "bad_time",
    "amount": "bad_amount",
    "debit_amount": "bad_amount",
    "credit_amount": "bad_amount",
    "currency": "bad_currency",
    "week": "bad_week",
}


class BadRecord(EbbwatchError):
    """A record that cannot be taken in; `detail` can be stored as text anywhere."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, printable(detail)
        super().__init__(f"{reason}: {self.detail}")


def unreadable(error: Exception) -> BadRecord:
    """The reason behind one of UNREADABLE: a text too long or short for its field has the reason of that field."""
    if isinstance(error, RecursionError):
        return BadRecord("not_json", "nested too deeply")
    if not isinstance(error, msgspec.ValidationError):
        return BadRecord("not_json", str(error))
    breach = _BREACH.fullmatch(str(error))
    return BadRecord(_REASON_OF_FIELD.get(breach[1], "bad_shape") if breach else "bad_shape", str(error))


def printable(detail: str) -> str:
    """The text, cut short, without NUL (PostgreSQL cannot keep it) and lone surrogates (UTF-8 cannot)."""
    short = detail if len(detail) <= _LONGEST_DETAIL else f"{detail[: _LONGEST_DETAIL - 1]}…"
    return short.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
