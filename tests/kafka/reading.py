"""A listener that remembers, and reading until enough has come."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ingest.kafka.client_choice import open_source
from ingest.kafka.records import Partition, RecordBatch, Unreadable
from ingest.kafka.source import KafkaConfig, Source
from schemas.kafka_connection import KafkaConnection
from telemetry.metrics import Metrics

APACHE_SESSION_S = 6.0  # the shortest it allows by default
EMBEDDED_SESSION_S = 1.2  # shorter than Apache Kafka allows: a join takes half of it


@dataclass(frozen=True)
class Broker:
    """Where to connect, and the shortest session timeout there."""

    bootstrap: str
    session_s: float

    @property
    def connection(self) -> KafkaConnection:
        return KafkaConnection(self.bootstrap)


class Diary:
    """An AssignmentListener: starts where it is told, and remembers what it heard."""

    def __init__(self, starts: Mapping[Partition, int] | None = None) -> None:
        self.starts = dict(starts or {})
        self.heard: list[tuple[str, list[Partition]]] = []
        self.raise_at_assignment: Exception | None = None

    def assigned(self, partitions: list[Partition]) -> Mapping[Partition, int]:
        self.heard.append(("assigned", partitions))
        if self.raise_at_assignment is not None:
            raise self.raise_at_assignment
        return {at: self.starts[at] for at in partitions if at in self.starts}

    def revoked(self, partitions: list[Partition]) -> None:
        self.heard.append(("revoked", partitions))

    def lost(self, partitions: list[Partition]) -> None:
        self.heard.append(("lost", partitions))

    def words(self) -> list[str]:
        return [word for word, _ in self.heard]


@contextmanager
def reading(
    client: str,
    broker: Broker,
    topics: list[str],
    listener: Diary | None = None,
    group: str | None = None,
    metrics: Metrics | None = None,
    max_poll_records: int = 10_000,
) -> Iterator[Source]:
    """A source in a group of its own, closed at the end."""
    config = KafkaConfig(
        broker.bootstrap,
        group or f"g-{uuid4().hex[:12]}",
        session_timeout_s=broker.session_s,
        max_poll_records=max_poll_records,
    )
    source = open_source(client, config, metrics)
    source.subscribe(topics, listener or Diary())
    try:
        yield source
    finally:
        source.close()


def read_until(
    source: Source, enough: Callable[[list[RecordBatch | Unreadable]], bool], timeout_s: float = 25.0
) -> list[RecordBatch | Unreadable]:
    """Poll until `enough` holds of all that came; fails the test when it does not in time."""
    found: list[RecordBatch | Unreadable] = []
    deadline = time.monotonic() + timeout_s
    while not enough(found):
        assert time.monotonic() < deadline, f"only {[summary(one) for one in found]} in {timeout_s} s"
        found += source.poll(0.2)
    return found


def read_count(source: Source, count: int, timeout_s: float = 25.0) -> list[RecordBatch | Unreadable]:
    """Poll until `count` offsets came, readable or not."""
    return read_until(source, lambda found: len(offsets_of(found)) >= count, timeout_s)


def offsets_of(found: list[RecordBatch | Unreadable], partition: int | None = None) -> list[int]:
    """All offsets, in the order they came."""
    offsets: list[int] = []
    for one in found:
        if partition is None or one.partition == partition:
            offsets += one.offsets if isinstance(one, RecordBatch) else [one.offset]
    return offsets


def values_of(found: list[RecordBatch | Unreadable], partition: int | None = None) -> list[bytes | None]:
    """The values of all readable records, in the order they came."""
    values: list[bytes | None] = []
    for one in found:
        if isinstance(one, RecordBatch) and partition in (None, one.partition):
            values += one.values
    return values


def unreadable_of(found: list[RecordBatch | Unreadable]) -> list[Unreadable]:
    """The records that could not be read."""
    return [one for one in found if isinstance(one, Unreadable)]


def freeze(pid: int) -> None:
    """Stop a process in its tracks, and return when it has."""
    os.kill(pid, signal.SIGSTOP)
    _await_stop(pid)


def freeze_all(leader: int) -> None:
    """Stop a process and all that it has started, as a machine that stands still does."""
    os.killpg(leader, signal.SIGSTOP)
    _await_stop(leader)


def _await_stop(pid: int) -> None:
    while Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "T":
        time.sleep(0.001)


def summary(one: RecordBatch | Unreadable) -> object:
    """Short enough for a failure message."""
    return one if isinstance(one, Unreadable) else (one.topic, one.partition, one.offsets[0], one.offsets[-1])
