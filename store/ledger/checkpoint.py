"""What one partition's ingest hands to the store to keep, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from store.operations.refused_events import DeadLetter


@dataclass(frozen=True, slots=True)
class LedgerDeltas:
    """Changes of client-weeks since the last checkpoint; one entry per (client, week), parallel columns, length n.

    Amounts are int64 minor units to be added (a reversal makes them negative), counts int64 to be added.
    """

    client_ids: list[str]
    weeks: npt.NDArray[np.int32]
    debit_minor: npt.NDArray[np.int64]
    credit_minor: npt.NDArray[np.int64]
    debit_count: npt.NDArray[np.int64]
    credit_count: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """The newest revision of one account's weekly summary, in base currency minor units."""

    account_id: str
    week: int
    currency: str
    client_id: str
    revision: int
    debit_minor: int
    credit_minor: int
    debit_count: int
    credit_count: int


@dataclass(frozen=True, slots=True)
class WeekState:
    """One week of one shard as it now stands (absolute values, not changes)."""

    week: int
    state: str  # open | held | closed
    received: int
    expected: int | None = None
    hold_reason: str | None = None
    closed_by: str | None = None  # marker | watermark | idle | release; None while open or held


@dataclass(frozen=True, slots=True)
class Tally:
    """Events since the last checkpoint; they add up to the records taken from the topic less week_closed ones."""

    accepted: int = 0
    duplicates: int = 0
    late: int = 0  # accepted into a closed week; not counted in `accepted`
    dead_letters: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything a shard's progress from `from_offset` to `next_offset` produced. Half-open."""

    topic: str
    topic_id: str
    shard: int
    from_offset: int
    next_offset: int
    at: datetime
    deltas: LedgerDeltas
    weeks: tuple[WeekState, ...] = ()  # the weeks whose row changed, among them those closed now
    filter_entries: dict[int, bytes] = field(default_factory=dict)  # week -> new 16-byte entries
    expired_before: int | None = None  # weeks below it can no longer change: forget their filter and summaries
    summaries: tuple[SummaryRow, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    tally: Tally = Tally()
    next_to_close: int | None = None
    newest_events_s: bytes = b""
    watermark_s: int | None = None
    first_weeks: dict[str, int] = field(
        default_factory=dict
    )  # clients new here, or seen in an earlier week than before
