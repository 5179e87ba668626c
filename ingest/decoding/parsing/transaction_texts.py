"""Transactions as columns of texts, whether taken from the records' bytes or from parsed events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.arrays import Bool, UInt64
from ingest.decoding.parsing.json_events import hash_id
from ingest.decoding.texts.text_rows import Bytes, Index, TextRows, text_rows
from schemas.events import Transaction

Bounds = npt.NDArray[np.intp]  # (5, n), in the order of COLUMNS

COLUMNS = ("client_id", "account_id", "booked_at", "amount", "currency")


@dataclass(frozen=True, slots=True)
class TransactionTexts:
    """n transactions taken apart, not yet checked."""

    at: Index  # position in the batch
    event_hash: UInt64  # xxh3 of event_id
    is_debit: Bool
    reversal: Bool
    flat: Bytes  # the texts, as in TextRows
    starts: Bounds
    ends: Bounds

    def __len__(self) -> int:
        return len(self.at)

    def column(self, field: str) -> TextRows:
        """The texts of one of COLUMNS."""
        place = COLUMNS.index(field)
        return TextRows(self.flat, self.starts[place], self.ends[place])


def from_events(at: Sequence[int], events: Sequence[Transaction]) -> TransactionTexts:
    """Of parsed events and their positions."""
    texts = text_rows([getattr(event, name) for name in COLUMNS for event in events])
    return TransactionTexts(
        at=np.array(at, np.intp),
        event_hash=np.array([hash_id(event.event_id) for event in events], np.uint64),
        is_debit=np.array([event.direction == "debit" for event in events], np.bool_),
        reversal=np.array([event.reversal for event in events], np.bool_),
        flat=texts.flat,
        starts=texts.starts.reshape(len(COLUMNS), -1),
        ends=texts.ends.reshape(len(COLUMNS), -1),
    )


def in_order(parts: Sequence[TransactionTexts]) -> TransactionTexts:
    """One or more parts of a batch as one, in the order of the batch."""
    if len(parts) == 1:
        return parts[0]
    flats = list({id(part.flat): part.flat for part in parts}.values())
    begins = dict(zip(map(id, flats), np.cumsum([0, *map(len, flats)]).tolist(), strict=False))
    order = np.argsort(np.concatenate([part.at for part in parts]))

    def moved(bounds: Callable[[TransactionTexts], Bounds]) -> Bounds:
        return np.concatenate([bounds(part) + begins[id(part.flat)] for part in parts], axis=1)[:, order]

    return TransactionTexts(
        at=np.concatenate([part.at for part in parts])[order],
        event_hash=np.concatenate([part.event_hash for part in parts])[order],
        is_debit=np.concatenate([part.is_debit for part in parts])[order],
        reversal=np.concatenate([part.reversal for part in parts])[order],
        flat=np.concatenate(flats),
        starts=moved(lambda part: part.starts),
        ends=moved(lambda part: part.ends),
    )
