"""Events as core banking writes them, and a decoder to read them with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from ingest.decoding.codes import Codes
from ingest.decoding.decoded import Decoded
from ingest.decoding.decoder import Decoder
from ingest.kafka.records import RecordBatch
from schemas.weeks import WeekCalendar, parse_week

CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
WEEK = parse_week("2026-W02")
NOW_S = 1_767_700_000.0  # 2026-01-06T11:46:40Z, a Tuesday of WEEK

TRANSACTION = {
    "type": "transaction",
    "event_id": "E1",
    "client_id": "C000123",
    "account_id": "A00045",
    "booked_at": "2026-01-05T10:00:00+08:00",
    "direction": "debit",
    "amount": "1234.56",
    "currency": "HKD",
    "reversal": False,
}
SUMMARY = {
    "type": "weekly_summary",
    "event_id": "S1",
    "client_id": "C000123",
    "account_id": "A00045",
    "week": "2026-W02",
    "debit_amount": "1234.56",
    "debit_count": 3,
    "credit_amount": "99.00",
    "credit_count": 1,
    "currency": "HKD",
    "revision": 1,
}
MARKER = {"type": "week_closed", "event_id": "M1", "week": "2026-W02", "expected_events": 12345}

RATES = {("USD", WEEK): Fraction("7.8125"), ("JPY", WEEK): Fraction("0.05"), ("KWD", WEEK): Fraction("25.5")}


def transaction(**changes: object) -> bytes:
    """The transaction above with some fields changed, as JSON."""
    return json.dumps(TRANSACTION | changes).encode()


def summary(**changes: object) -> bytes:
    return json.dumps(SUMMARY | changes).encode()


def marker(**changes: object) -> bytes:
    return json.dumps(MARKER | changes).encode()


def key_of(value: bytes | None) -> bytes | None:
    """The key a careful sender gives a value: its client_id, where it can be read."""
    try:
        return str(json.loads(value or b"")["client_id"]).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def batch_of(values: Sequence[bytes | None], keys: Sequence[bytes | None] | None = None) -> RecordBatch:
    keys = [key_of(value) for value in values] if keys is None else list(keys)
    return RecordBatch("corebank.activity", 0, list(range(len(values))), keys, list(values))


def new_decoder(rate_of: Callable[[str, int], Fraction | None] | None = None) -> Decoder:
    """A decoder whose client codes do not depend on what it sees first."""
    asked = rate_of or (lambda currency, week: RATES.get((currency, week)))
    return Decoder(CALENDAR, "HKD", Codes(["C000123", "C1", "C2", "C3"]), Codes(["A00045", "A1", "A2"]), asked)


def decode(*values: bytes | None) -> Decoded:
    """Values as one batch, by a decoder that has seen nothing."""
    return new_decoder().decode(batch_of(values), NOW_S)
