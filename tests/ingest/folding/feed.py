"""Events as decoding hands them on, made by hand: one short line each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import xxhash

from ingest.decoding.codes import Codes
from ingest.decoding.decoded import Decoded, MarkerEvent, Reject, SummaryEvent, Transactions
from ingest.kafka.records import RecordBatch
from schemas.weeks import WeekCalendar

TOPIC = "corebank.activity"
CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
NOW = datetime(2026, 1, 5, tzinfo=UTC)
DAY_S = 86_400


@dataclass(frozen=True)
class Tx:
    """A booking `day` days after the Monday of `week`."""

    id: str
    week: int
    client: str = "C1"
    account: str = ""
    minor: int = 100
    direction: str = "debit"
    reversal: bool = False
    day: float = 1.0

    @property
    def booked_s(self) -> int:
        return CALENDAR.start_s(self.week) + int(self.day * DAY_S)


@dataclass(frozen=True)
class Summary:
    id: str
    week: int
    client: str = "C1"
    account: str = ""
    debit: int = 100
    credit: int = 0
    count: int = 1
    revision: int = 1


@dataclass(frozen=True)
class Marker:
    week: int
    expected: int


@dataclass(frozen=True)
class Bad:
    reason: str = "bad_amount"
    week: int | None = None
    event_id: str | None = None


Event = Tx | Summary | Marker | Bad


class Feed:
    """Decodes such events with codes of its own, as the decoder of one partition does."""

    def __init__(self) -> None:
        self.clients = Codes()
        self.accounts = Codes()

    def decoded(self, events: Sequence[Event], first_offset: int) -> Decoded:
        offsets = list(range(first_offset, first_offset + len(events)))
        values: list[bytes | None] = [json.dumps(asdict(event)).encode() for event in events]
        batch = RecordBatch(TOPIC, 0, offsets, [b"key"] * len(events), values)
        found = list(enumerate(events))
        return Decoded(
            batch,
            self._transactions([(at, e) for at, e in found if isinstance(e, Tx)]),
            [(at, self._summary(e)) for at, e in found if isinstance(e, Summary)],
            [(at, MarkerEvent(e.week, e.expected, at)) for at, e in found if isinstance(e, Marker)],
            [_reject(at, e) for at, e in found if isinstance(e, Bad)],
        )

    def _transactions(self, found: list[tuple[int, Tx]]) -> Transactions:
        events = [e for _, e in found]
        sign = np.array([-1 if e.reversal else 1 for e in events], np.int8)
        minor = np.array([e.minor for e in events], np.int64) * sign
        is_debit = np.array([e.direction == "debit" for e in events], np.bool_)
        return Transactions(
            at=np.array([at for at, _ in found], np.int32),
            client=np.array([self.clients[e.client] for e in events], np.int32),
            account=np.array([self.accounts[e.account or e.client] for e in events], np.int32),
            event_hash=np.array([_hash(e.id) for e in events], np.uint64),
            body_hash=np.array([_hash(repr(e)) for e in events], np.uint64),
            booked_s=np.array([e.booked_s for e in events], np.int64),
            week=np.array([e.week for e in events], np.int32),
            debit_minor=np.where(is_debit, minor, 0).astype(np.int64),
            credit_minor=np.where(is_debit, 0, minor).astype(np.int64),
            sign=sign,
            is_debit=is_debit,
        )

    def _summary(self, e: Summary) -> SummaryEvent:
        return SummaryEvent(
            client=self.clients[e.client], client_id=e.client, account_id=e.account or e.client, week=e.week,
            currency="HKD", revision=e.revision, debit_minor=e.debit, credit_minor=e.credit, debit_count=e.count,
            credit_count=0, event_hash=_hash(e.id), body_hash=_hash(repr(e)),
        )  # fmt: skip


def _reject(at: int, bad: Bad) -> Reject:
    return Reject(at, bad.reason, "made bad", bad.week, None if bad.event_id is None else _hash(bad.event_id))


def _hash(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode())
