"""JSON bytes to events of the contract, one by one: the only loop that looks at each event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import msgspec
import xxhash
from msgspec.structs import astuple

from ingest.bad_record import UNREADABLE, BadRecord, unreadable
from schemas.events import Event, Transaction, WeekClosed, WeeklySummary

BLOCK_EVENTS = 512  # parsed at a time: they stay in the processor's cache, and below the garbage collector's notice

Other = WeeklySummary | WeekClosed | BadRecord

_decode = msgspec.json.Decoder(Event).decode


class TransactionTexts(NamedTuple):
    """The fields of n transactions, in the order of schemas.events.Transaction."""

    event_id: list[str]
    client_id: list[str]
    account_id: list[str]
    booked_at: list[str]
    direction: list[str]
    amount: list[str]
    currency: list[str]
    reversal: list[bool]


class _Glimpse(msgspec.Struct):
    """The fields by which a malformed event is counted, whatever they hold."""

    type: object = None
    event_id: object = None
    booked_at: object = None
    week: object = None


_glimpse = msgspec.json.Decoder(_Glimpse).decode


@dataclass(frozen=True, slots=True)
class Trace:
    """What can be told of a malformed event."""

    event_hash: int | None = None
    booked_at: str | None = None
    week: str | None = None


def parse_events(values: Sequence[bytes | None]) -> tuple[TransactionTexts, list[tuple[int, Other]]]:
    """The transactions, taken apart, and with its place each of the others: another event, or why it is none."""
    texts = TransactionTexts([], [], [], [], [], [], [], [])
    columns: tuple[list[Any], ...] = texts
    others: list[tuple[int, Other]] = []
    for start in range(0, len(values), BLOCK_EVENTS):
        events = _parse_block(values[start : start + BLOCK_EVENTS])
        if set(map(type, events)) == {Transaction}:
            transactions = cast("list[Transaction]", events)
        else:
            transactions = [event for event in events if isinstance(event, Transaction)]
            others += [(at, event) for at, event in enumerate(events, start) if not isinstance(event, Transaction)]
        for column, part in zip(columns, zip(*map(astuple, transactions), strict=True), strict=False):
            column.extend(part)
    return texts, others


def _parse_block(values: Sequence[bytes | None]) -> list[Event | BadRecord]:
    events: list[Event | BadRecord] = []
    append = events.append
    for value in values:
        try:
            append(_decode(value))  # type: ignore[arg-type]  # None raises TypeError, which is rare
        except UNREADABLE as error:
            append(unreadable(error))
        except TypeError:
            append(BadRecord("bad_shape", "a record without a value"))
    return events


def trace(value: bytes | None) -> Trace:
    """Look for id and time in a value that is no event. Nothing in a marker: it is not among a week's events."""
    try:
        seen = _glimpse(value or b"")
    except UNREADABLE:
        return Trace()
    if seen.type not in ("transaction", "weekly_summary"):
        return Trace()
    return Trace(
        event_hash=hash_id(seen.event_id) if isinstance(seen.event_id, str) else None,
        booked_at=seen.booked_at if isinstance(seen.booked_at, str) else None,
        week=seen.week if isinstance(seen.week, str) else None,
    )


def hash_id(event_id: str) -> int:
    """The xxh3 of an event_id's UTF-8 bytes."""
    return xxhash.xxh3_64_intdigest(event_id.encode("utf-8", "surrogatepass"))
