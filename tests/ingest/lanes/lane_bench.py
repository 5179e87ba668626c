"""Lanes on a store, fed with records as Kafka gives them, and a stopwatch that moves by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from ingest.folding.closing import ClosingRules
from ingest.kafka.records import RecordBatch
from ingest.lanes.activity_lane import ActivityLane
from ingest.lanes.reference_lane import ClientMaster, Rates, ReferenceLane
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.weeks import format_week
from store.unit_of_work import Store
from telemetry.metrics import Metrics
from tests.ingest.decoding.event_json import CALENDAR, WEEK

NOW = datetime(2026, 1, 6, 11, 46, 40, tzinfo=UTC)  # a Tuesday of WEEK
RULES = ClosingRules(allowed_lateness_s=2 * 86_400, witnesses=2, correction_weeks=8)
LARGEST_MINOR = 10**15  # ten trillion

Record = tuple[bytes | None, bytes | None]


@dataclass
class Stopwatch:
    """Stands still until moved."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def transaction(event_id: str, week: int = WEEK, **changes: object) -> Record:
    """A debit of 1.00 of C1 on the Tuesday of a week, with some fields changed."""
    booked_at = datetime.fromtimestamp(CALENDAR.start_s(week) + 86_400, UTC).isoformat()
    event = {
        "type": "transaction", "event_id": event_id, "client_id": "C1", "account_id": "A1", "booked_at": booked_at,
        "direction": "debit", "amount": "1.00", "currency": "HKD", "reversal": False,
    } | changes  # fmt: skip
    return str(event["client_id"]).encode(), json.dumps(event).encode()


def week_closed(week: int, expected: int) -> Record:
    name = format_week(week)
    event = {"type": "week_closed", "event_id": f"M-{name}", "week": name, "expected_events": expected}
    return b"", json.dumps(event).encode()


def client_record(client_id: str, **fields: object) -> Record:
    event = {"client_id": client_id, "name": "Harbour Tea", "branch_id": "B01"} | fields
    return client_id.encode(), json.dumps(event).encode()


def rate_record(currency: str, week: int, rate: str) -> Record:
    name = format_week(week)
    return f"{currency}:{name}".encode(), json.dumps({"currency": currency, "week": name, "rate": rate}).encode()


@dataclass
class LaneBench:
    """Opens lanes on one store and feeds them, each from where it stands."""

    store: Store
    metrics: Metrics = field(default_factory=Metrics)
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    rate_of: Callable[[str, int], Fraction | None] = lambda _currency, _week: None

    def activity(
        self, partition: int = 0, topic_id: str = "T1", bank_clock: Callable[[], datetime] = lambda: NOW
    ) -> ActivityLane:
        return ActivityLane(
            self.store, TOPIC_ACTIVITY, topic_id, partition, RULES, CALENDAR, "HKD", self.rate_of,
            timedelta(days=1), LARGEST_MINOR, bank_clock, self.metrics, self.stopwatch,
        )  # fmt: skip

    def clients(self) -> ReferenceLane:
        return ReferenceLane(self.store, TOPIC_CLIENTS, "T1", 0, ClientMaster(), self.metrics, self.stopwatch)

    def rates(self) -> ReferenceLane:
        return ReferenceLane(self.store, TOPIC_RATES, "T1", 0, Rates("HKD"), self.metrics, self.stopwatch)

    def feed(self, lane: ActivityLane | ReferenceLane, *records: Record, partition: int = 0) -> None:
        """Take records from the lane's offset on; nothing is kept."""
        offsets = list(range(lane.next_offset, lane.next_offset + len(records)))
        keys, values = [key for key, _ in records], [value for _, value in records]
        lane.take(RecordBatch("topic", partition, offsets, keys, values), NOW)

    def run(self, lane: ActivityLane | ReferenceLane, *records: Record, partition: int = 0) -> None:
        self.feed(lane, *records, partition=partition)
        assert lane.save_checkpoint(NOW)

    def rows(self, *columns: sa.Column[Any]) -> list[tuple[Any, ...]]:
        """All rows of some columns of one table, sorted."""
        with self.store.read() as tx:
            return sorted(tuple(row) for row in tx.execute(sa.select(*columns)))

    def counted(self, metric: str, **labels: object) -> float | None:
        return self.metrics.registry.get_sample_value(metric, {name: str(to) for name, to in labels.items()})
