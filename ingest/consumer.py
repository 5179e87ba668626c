"""One ingest process: the partitions Kafka gives it, each in a lane of its own, saved at checkpoints."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Protocol

from ingest.garbage_collector import collector_resting
from ingest.kafka.records import RecordBatch, Unreadable
from ingest.kafka.source import Source
from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

POLL_S = 0.2  # short enough that a stop, a checkpoint or an idle close is never late

Partition = tuple[str, int]


class Lane(Protocol):
    """One partition's way into the database. Built from the database, thrown away when the partition leaves."""

    @property
    def next_offset(self) -> int: ...
    def take(self, batch: RecordBatch, now: datetime, /) -> None: ...
    def take_unreadable(self, record: Unreadable, now: datetime, /) -> None: ...
    def tick(self, now: datetime, caught_up: bool, /) -> None: ...
    def save_checkpoint(self, now: datetime, /) -> bool: ...
    def update_gauges(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """When a checkpoint is due, whichever comes first; and how long activity waits for the client master."""

    seconds: float
    events: int
    warm_up_s: float = (
        10.0  # some hundred thousand clients are read in it; the others show as placeholders at first
    )


class Consumer:
    """Poll, fold, close, save, commit. Also the listener of assignments: offsets come from the database.

    Raises what the store or the source raise: the process then starts over from the last checkpoint.
    """

    def __init__(
        self,
        source: Source,
        open_lane: Callable[[str, int], Lane],
        first: Sequence[str],
        pace: Pace,
        metrics: Metrics,
        clock: Callable[[], datetime],
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._open_lane = open_lane
        self._first = frozenset(first)  # topics read to their end before the others begin
        self._pace = pace
        self._metrics = metrics
        self._clock = clock
        self._stopwatch = stopwatch
        self._lanes: dict[Partition, Lane] = {}
        self._held_back_until: float | None = None
        self._events = 0
        self._saved_at = stopwatch()

    def run(self, topics: Sequence[str], stop: Event, worked: Callable[[], None] = lambda: None) -> None:
        """Work until `stop` is set, then save what is there and leave the group. Calls `worked` after each step."""
        try:
            self._source.subscribe(topics, self)
            while not stop.is_set():
                with collector_resting():
                    self.step()
                worked()
            self.save_all()
        except BaseException:
            self.lost(list(self._lanes))  # what failed is not tried once more on leaving
            raise
        finally:
            self._source.close()

    def step(self) -> None:
        """1. Poll. 2. Fold. 3. Close what is due. 4. Save, when it is time. 5. Commit to Kafka, for displays."""
        polled = self._source.poll(POLL_S)
        now = self._clock()
        self._metrics.last_poll_s.set(time.time())
        self._fold(polled, now)
        lag = self._source.lag()
        for partition, lane in self._lanes.items():
            lane.tick(now, lag.get(partition) == 0)
        if self._events >= self._pace.events or self._stopwatch() - self._saved_at >= self._pace.seconds:
            self.save_all()
            self._update_gauges(lag)
        self._resume_when_warm(lag)

    def save_all(self) -> None:
        """A checkpoint of every lane, now; what activity asks the database for comes before activity."""
        self._commit(self._save(sorted(self._lanes, key=lambda at: at[0] not in self._first)))

    # -- listener of assignments ---------------------------------------------------------------------------------
    def assigned(self, partitions: list[Partition]) -> Mapping[Partition, int]:
        """Open a lane for each partition; its offset is where the database stands."""
        for partition in partitions:
            self._lanes[partition] = self._open_lane(*partition)
        if any(topic in self._first for topic, _ in self._lanes):
            self._held_back_until = self._stopwatch() + self._pace.warm_up_s
            self._source.pause([p for p in self._lanes if p[0] not in self._first])
        log.info("partitions assigned", extra={"partitions": [f"{t}[{p}]" for t, p in partitions]})
        return {partition: self._lanes[partition].next_offset for partition in partitions}

    def revoked(self, partitions: list[Partition]) -> None:
        """Save what is folded while the partitions are still ours, then forget them."""
        self._save([p for p in partitions if p in self._lanes])
        self.lost(partitions)

    def lost(self, partitions: list[Partition]) -> None:
        """Someone else has them already: what was not saved will be read again there."""
        for topic, number in partitions:
            if self._lanes.pop((topic, number), None) is not None:
                self._metrics.forget_partition(topic, number)
        log.info("partitions gone", extra={"partitions": [f"{t}[{p}]" for t, p in partitions]})

    # -- the steps -----------------------------------------------------------------------------------------------
    def _fold(self, polled: Sequence[RecordBatch | Unreadable], now: datetime) -> None:
        for found in sorted(polled, key=lambda part: part.topic not in self._first):
            lane = self._lanes.get((found.topic, found.partition))
            if lane is None:
                continue  # handed out before the partition left: its next owner reads it
            if isinstance(found, Unreadable):
                lane.take_unreadable(found, now)
                count = 1
            else:
                lane.take(found, now)
                count = len(found.offsets)
            self._events += count
            self._metrics.events.labels(found.topic, found.partition).inc(count)

    def _save(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        saved = {}
        for partition in partitions:
            lane = self._lanes[partition]
            began = time.perf_counter()
            if lane.save_checkpoint(self._clock()):
                self._metrics.checkpoint_s.observe(time.perf_counter() - began)
                saved[partition] = lane.next_offset
        self._events = 0
        self._saved_at = self._stopwatch()
        return saved

    def _commit(self, saved: Mapping[Partition, int]) -> None:
        if saved:
            self._source.commit(saved)

    def _update_gauges(self, lag: Mapping[Partition, int | None]) -> None:
        for (topic, number), behind in lag.items():
            if behind is not None:
                self._metrics.lag.labels(topic, number).set(behind)
        for (topic, number), lane in self._lanes.items():
            self._metrics.position.labels(topic, number).set(lane.next_offset)
            lane.update_gauges()

    def _resume_when_warm(self, lag: Mapping[Partition, int | None]) -> None:
        if self._held_back_until is None:
            return
        behind = [lag.get(p) for p in self._lanes if p[0] in self._first]
        if all(b == 0 for b in behind) or self._stopwatch() >= self._held_back_until:
            self._held_back_until = None
            self.save_all()  # activity finds branches and rates in the database alone
            self._source.resume([p for p in self._lanes if p[0] not in self._first])
