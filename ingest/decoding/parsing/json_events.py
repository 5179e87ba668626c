"""JSON bytes to an event of the contract, and the traces of an event in bytes that are none."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import xxhash

from ingest.decoding.bad_record import UNREADABLE, BadRecord, unreadable
from schemas.events import Event, WeekClosed, WeeklySummary

Other = WeeklySummary | WeekClosed | BadRecord

_decode = msgspec.json.Decoder(Event).decode


class _Glimpse(msgspec.Struct):
    """The fields by which a malformed event is counted, whatever they hold."""

    type: object = None
    event_id: object = None
    booked_at: object = None
    week: object = None


_glimpse = msgspec.json.Decoder(_Glimpse).decode


@dataclass(frozen=True, slots=True)
class Trace:
    """What could still be read of a malformed event."""

    event_hash: int | None = None
    booked_at: str | None = None
    week: str | None = None


def parse_event(value: bytes | None) -> Event | BadRecord:
    """What a record is, or why it is nothing."""
    try:
        event: Event = _decode(value)  # type: ignore[arg-type]  # None raises TypeError, which is rare
    except UNREADABLE as error:
        return unreadable(error)
    except TypeError:
        return BadRecord("bad_shape", "a record without a value")
    return event


def find_trace(value: bytes | None) -> Trace:
    """Find id and time in a value that is no event. Nothing in a marker: it is not among a week's events."""
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
