"""Bookings as JSON events, a week of columns at a time."""

from __future__ import annotations

import msgspec
import polars as pl

from schemas.events import ClientRecord, WeekClosed
from schemas.weeks import format_week

BOOKING = ("event_id", "client_id", "account_id", "booked_at", "direction", "amount", "currency", "reversal")


def encode_bookings(bookings: pl.DataFrame) -> list[bytes]:
    """One `schemas.events.Transaction` as JSON for each row of BOOKING columns, in their order."""
    typed = bookings.select(pl.lit("transaction").alias("type"), *BOOKING)
    encoded = typed.select(pl.struct(pl.all()).struct.json_encode().cast(pl.Binary).alias("value"))
    values: list[bytes] = encoded["value"].to_list()
    return values


def encode_week_closed(source: str, week: int, partition: int, expected_events: int) -> bytes:
    """The marker that a partition has had all events of a week; `source` makes its id the sender's own."""
    name = format_week(week)
    return msgspec.json.encode(WeekClosed(f"{source}-{name}-closed-{partition}", name, expected_events))


def encode_client(record: ClientRecord) -> bytes:
    """One row of the client master."""
    return msgspec.json.encode(record)
