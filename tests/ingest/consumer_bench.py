"""A Kafka whose polls are written beforehand, and lanes that only remember."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.consumer import Consumer, Pace, Partition
from ingest.kafka.records import RecordBatch, Unreadable
from ingest.kafka.source import AssignmentListener
from telemetry.metrics import Metrics

NOW = datetime(2026, 1, 5, tzinfo=UTC)
NEVER = Pace(3600, 1_000_000)

Journal = list[tuple[object, ...]]


def batch(at: Partition, *offsets: int) -> RecordBatch:
    return RecordBatch(*at, list(offsets), [b"k"] * len(offsets), [b"v"] * len(offsets))


@dataclass
class FakeLane:
    """Takes everything, and writes down what it was told."""

    at: Partition
    journal: Journal
    next_offset: int = 0
    dirty: bool = False
    failing: Exception | None = None

    def take(self, found: RecordBatch, _now: datetime) -> None:
        self.journal.append(("take", self.at, tuple(found.offsets)))
        self.next_offset, self.dirty = found.offsets[-1] + 1, True

    def take_unreadable(self, record: Unreadable, _now: datetime) -> None:
        self.journal.append(("unreadable", self.at, record.offset))
        self.next_offset, self.dirty = record.offset + 1, True

    def tick(self, _now: datetime, caught_up: bool) -> None:
        self.journal.append(("tick", self.at, caught_up))

    def save_checkpoint(self, _now: datetime) -> bool:
        if self.failing is not None:
            raise self.failing
        saved, self.dirty = self.dirty, False
        if saved:
            self.journal.append(("save", self.at, self.next_offset))
        return saved

    def update_gauges(self) -> None:
        self.journal.append(("gauge", self.at))


@dataclass
class FakeSource:
    """A Kafka whose polls are written beforehand: each a list of records, or what happens to the assignment."""

    journal: Journal
    polls: list[list[RecordBatch | Unreadable] | Callable[[AssignmentListener], None]] = field(default_factory=list)
    lags: dict[Partition, int | None] = field(default_factory=dict)
    listener: AssignmentListener | None = None

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        self.journal.append(("subscribe", tuple(topics)))
        self.listener = listener

    def poll(self, _timeout_s: float) -> list[RecordBatch | Unreadable]:
        self.journal.append(("poll",))
        coming = self.polls.pop(0) if self.polls else []
        if isinstance(coming, list):
            return coming
        assert self.listener is not None
        coming(self.listener)
        return []

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        self.journal.append(("commit", dict(next_offsets)))

    def pause(self, partitions: Iterable[Partition]) -> None:
        self.journal.append(("pause", tuple(partitions)))

    def resume(self, partitions: Iterable[Partition]) -> None:
        self.journal.append(("resume", tuple(partitions)))

    def lag(self) -> Mapping[Partition, int | None]:
        return dict(self.lags)

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        return dict.fromkeys(topics, "T1")

    def bounds(self, _topic: str, _partition: int) -> tuple[int, int]:
        return 0, 0

    def close(self) -> None:
        self.journal.append(("close",))


class ConsumerBench:
    """A consumer with its surroundings, and what they were told in order."""

    def __init__(self, pace: Pace = NEVER, starts: Mapping[Partition, int] | None = None) -> None:
        self.journal: Journal = []
        self.metrics = Metrics()
        self.source = FakeSource(self.journal)
        self.lanes: dict[Partition, FakeLane] = {}
        self._starts = dict(starts or {})
        self.consumer = Consumer(self.source, self._open, ["clients"], pace, self.metrics, lambda: NOW)
        self.source.subscribe(["activity", "clients"], self.consumer)

    def _open(self, topic: str, number: int) -> FakeLane:
        at = (topic, number)
        self.lanes[at] = FakeLane(at, self.journal, self._starts.get(at, 0))
        return self.lanes[at]

    def assign(self, *partitions: Partition) -> Mapping[Partition, int]:
        return self.consumer.assigned(list(partitions))

    def step(self, *found: RecordBatch | Unreadable) -> list[str]:
        """One step with these records; the words of the journal that it added."""
        before = len(self.journal)
        self.source.polls.append(list(found))
        self.consumer.step()
        return [str(entry[0]) for entry in self.journal[before:]]

    def said(self, word: str) -> list[tuple[object, ...]]:
        return [entry[1:] for entry in self.journal if entry[0] == word]

    def gauge(self, name: str, topic: str, partition: int) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"topic": topic, "partition": str(partition)})
