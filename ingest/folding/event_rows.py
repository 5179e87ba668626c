"""A decoded batch as one sequence of rows in offset order, whatever kind each of them is."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ingest.arrays import Bool, Int8, Int32, Int64, UInt64
from ingest.decoding.codes import NO_CODE, Codes
from ingest.decoding.decoded import Decoded, Reject, SummaryEvent, Transactions
from schemas.weeks import WeekCalendar

TRANSACTION, SUMMARY, REJECT = 0, 1, 2
NO_WEEK = -1
NO_HASH = 0
_NEVER_S = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Rows:
    """n rows as parallel columns. A summary's amounts are not here: they depend on the revision before it."""

    at: Int32  # position in the RecordBatch
    kind: Int8  # TRANSACTION | SUMMARY | REJECT
    client: Int32  # code; NO_CODE for a reject
    account: Int32
    event_hash: UInt64  # NO_HASH for a reject whose id could not be read
    body_hash: UInt64
    time_s: Int64  # event time; a summary's is the last second of its week
    week: Int32  # NO_WEEK where a reject's week is unknown or does not count
    minor: Int64  # of a transaction, signed
    sign: Int8  # of a transaction: +1, or -1 for a reversal
    is_credit: Bool  # of a transaction

    def __len__(self) -> int:
        return len(self.at)

    def part(self, start: int, stop: int) -> Rows:
        """Rows start..stop, half-open, as views."""
        return Rows(*(getattr(self, name)[start:stop] for name in _COLUMNS))

    def where(self, index: Bool | Int64) -> Rows:
        """The rows that a mask or an index picks, copied."""
        return Rows(*(getattr(self, name)[index] for name in _COLUMNS))


_COLUMNS = tuple(column.name for column in fields(Rows))


def rows_of(decoded: Decoded, accounts: Codes, calendar: WeekCalendar) -> Rows:
    """Transactions, summaries and rejects of a batch merged into offset order; markers are left out."""
    rows = _transactions(decoded.transactions)
    last_s = {week: calendar.end_s(week) - 1 for week in {event.week for _, event in decoded.summaries}}
    others = [_summary(at, event, accounts, last_s[event.week]) for at, event in decoded.summaries]
    others += [_reject(reject) for reject in decoded.rejects]
    if not others:
        return rows
    extra = [np.array(column) for column in zip(*others, strict=True)]
    merged = [
        np.concatenate([column, more.astype(column.dtype)])
        for column, more in zip((getattr(rows, name) for name in _COLUMNS), extra, strict=True)
    ]
    order = np.argsort(merged[0], kind="stable")
    return Rows(*(column[order] for column in merged))


def _transactions(t: Transactions) -> Rows:
    return Rows(
        at=t.at,
        kind=np.zeros(len(t.at), np.int8),
        client=t.client,
        account=t.account,
        event_hash=t.event_hash,
        body_hash=t.body_hash,
        time_s=t.booked_s,
        week=t.week,
        minor=t.debit_minor + t.credit_minor,
        sign=t.sign,
        is_credit=~t.is_debit,
    )


def _summary(at: int, event: SummaryEvent, accounts: Codes, last_s: int) -> tuple[int | np.uint64, ...]:
    hashes = np.uint64(event.event_hash), np.uint64(event.body_hash)
    return at, SUMMARY, event.client, accounts[event.account_id], *hashes, last_s, event.week, 0, 0, False


def _reject(reject: Reject) -> tuple[int | np.uint64, ...]:
    week = NO_WEEK if reject.week is None or reject.reason == "in_future" else reject.week
    event_hash = np.uint64(reject.event_hash or NO_HASH)
    return reject.at, REJECT, NO_CODE, NO_CODE, event_hash, np.uint64(0), _NEVER_S, week, 0, 0, False
