"""What decoding makes of one partition's records: columns where there are many, objects where few."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ingest.arrays import Bool, Int8, Int32, Int64, UInt64
from ingest.kafka.records import RecordBatch


@dataclass(frozen=True, slots=True)
class Transactions:
    """Transactions that passed every check: parallel columns of length n, in offset order."""

    at: Int32  # position in the RecordBatch
    client: Int32  # code
    account: Int32  # code
    event_hash: UInt64  # xxh3 of event_id
    body_hash: UInt64  # of what the event says, however it was written (docs/decisions/0006)
    booked_s: Int64  # UTC seconds since 1970, a fraction dropped
    week: Int32  # of booked_s, in the bank's zone
    debit_minor: Int64  # base currency, negative for a reversal; one of the two is 0
    credit_minor: Int64
    sign: Int8  # +1, or -1 for a reversal
    is_debit: Bool

    def where(self, rows: Bool) -> Transactions:
        """The rows of a mask (n,)."""
        return Transactions(*(getattr(self, column.name)[rows] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class SummaryEvent:
    """One account's week in one currency, amounts in minor units of the base currency."""

    client: int  # code
    client_id: str
    account_id: str
    week: int
    currency: str
    revision: int
    debit_minor: int
    credit_minor: int
    debit_count: int
    credit_count: int
    event_hash: int
    body_hash: int


@dataclass(frozen=True, slots=True)
class MarkerEvent:
    """The sender is through with a week, and has put `expected_events` of it into this partition."""

    week: int
    expected_events: int
    event_hash: int


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no event. `reason`: docs/ingest.md. `week` and `event_hash`: where they could be read
    all the same and the event counts among those of its week: not for a marker, nor for one from the future.
    """

    at: int  # position in the RecordBatch
    reason: str
    detail: str  # short, and free of NUL
    week: int | None
    event_hash: int | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A RecordBatch taken apart: every record is in exactly one of the four, each in offset order.

    `summaries` and `markers` come with their position in the batch.
    """

    batch: RecordBatch
    transactions: Transactions
    summaries: list[tuple[int, SummaryEvent]]
    markers: list[tuple[int, MarkerEvent]]
    rejects: list[Reject]
