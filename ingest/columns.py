"""One partition's records, and what decoding made of them: columns where there are many, objects where few."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import xxhash

from schemas.events import ID_PATTERN

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt64 = npt.NDArray[np.uint64]

NO_CODE = -1

_ID = re.compile(ID_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records of one partition in offset order, as parallel sequences of length n; bytes as Kafka gave them."""

    topic: str
    partition: int
    offsets: Sequence[int]  # rising; a range where none is left out
    keys: list[bytes | None]
    values: list[bytes | None]


class Codes(dict[str, int]):
    """Ids to dense int codes, given out in order of first sight: ``names[codes[id]] == id``.

    A text that is no id (schemas.events.ID_PATTERN; so no NUL, no space) gets NO_CODE and is not stored.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__()
        self.names: list[str] = []
        self._hashes = np.empty(1024, np.uint64)
        self._hashed = 0
        for name in names:
            self[name]

    def __missing__(self, name: str) -> int:
        if _ID.fullmatch(name) is None:
            return NO_CODE
        code = self[name] = len(self.names)
        self.names.append(name)
        return code

    def hashes(self) -> UInt64:
        """The xxh3 of each name, by code: uint64, at least as long as `names`. Each is worked out once."""
        count = len(self.names)
        if count > len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.empty(count, np.uint64)])
        fresh = map(xxhash.xxh3_64_intdigest, map(str.encode, self.names[self._hashed : count]))
        self._hashes[self._hashed : count] = np.fromiter(fresh, np.uint64, count - self._hashed)
        self._hashed = count
        return self._hashes


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
    """A record that is no event. `reason`: docs/architecture.md. `week` and `event_hash`: where they could be read
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
