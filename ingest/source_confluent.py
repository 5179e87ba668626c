"""Records by way of confluent-kafka (librdkafka), the optional fast client."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from ingest.columns import RecordBatch
from ingest.source import (
    POISON_TRIES,
    AssignmentListener,
    KafkaConfig,
    Partition,
    SourceFailed,
    Unreadable,
)
from ingest.topic_lookup import TopicLookup
from schemas.errors import TopicChanged
from telemetry.metrics import Metrics

_PASSING = {
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._TRANSPORT,
    KafkaError._RESOLVE,
    KafkaError._TIMED_OUT,
    KafkaError._MAX_POLL_EXCEEDED,  # the partitions are lost; the next poll joins again
    KafkaError.UNKNOWN_TOPIC_OR_PART,  # not made yet
}
_REFUSED = {
    KafkaError._AUTHENTICATION,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
}


class ConfluentSource:
    """Implements ingest.source.Source."""

    def __init__(self, config: KafkaConfig, metrics: Metrics) -> None:
        self._config = config
        self._metrics = metrics
        self._lookup = TopicLookup(config.connection)
        self._consumer: Any = None
        self._next: dict[Partition, int] = {}  # offset read next, where known
        self._owned: set[Partition] = set()
        self._paused: set[Partition] = set()
        self._listener: AssignmentListener | None = None
        self._listener_error: Exception | None = None
        self._fruitless = 0

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        self._listener = listener
        self._consumer = Consumer(self._options())
        self._consumer.subscribe(
            list(topics), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        was_enabled = gc.isenabled()
        gc.disable()  # thousands of acyclic messages are made: a collection would find nothing
        try:
            messages = self._take(timeout_s)
            return self._sorted_out(messages) if messages else []
        finally:
            if was_enabled:
                gc.enable()

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        try:
            self._consumer.commit(
                offsets=[TopicPartition(*at, offset) for at, offset in next_offsets.items()], asynchronous=True
            )
        except KafkaException:
            self._metrics.commit_failures.inc()

    def pause(self, partitions: Iterable[Partition]) -> None:
        wanted = set(partitions)
        self._paused |= wanted
        self._consumer.pause([TopicPartition(*at) for at in wanted & self._owned])

    def resume(self, partitions: Iterable[Partition]) -> None:
        wanted = set(partitions)
        self._paused -= wanted
        self._consumer.resume([TopicPartition(*at) for at in wanted & self._owned])

    def lag(self) -> Mapping[Partition, int | None]:
        return {at: self._lag_of(at) for at in self._owned}

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        return self._lookup.topic_ids(topics)

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self._lookup.bounds(topic, partition)

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        try:
            if consumer is not None:
                consumer.close()
        finally:
            self._lookup.close()
        self._raise_of_listener()

    # -- reading -------------------------------------------------------------------------------------------------
    def _options(self) -> dict[str, Any]:
        session_ms = int(self._config.session_timeout_s * 1000)
        return {
            **self._config.connection.librdkafka(),
            "group.id": self._config.group_id,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "allow.auto.create.topics": False,
            "partition.assignment.strategy": "range,roundrobin",  # kafka-python's, so that both can share a group
            "session.timeout.ms": session_ms,
            "heartbeat.interval.ms": min(3000, session_ms // 3),
            "check.crcs": True,
            "enable.partition.eof": True,  # tells the true position behind transaction markers and compaction gaps
            "fetch.message.max.bytes": 2 << 20,
            "fetch.max.bytes": 16 << 20,
            "queued.max.messages.kbytes": 64 << 10,
            "on_commit": self._committed,
            "log_level": 3,
        }

    def _take(self, timeout_s: float) -> list[Any]:
        """Wait for one, then take what else is there: consume alone would wait for a full batch."""
        try:
            messages = self._consumer.consume(1, timeout_s)
            if messages:
                messages += self._consumer.consume(self._config.max_poll_records - 1, 0)
        except KafkaException as error:
            self._raise_of_listener()
            raise SourceFailed(f"the consumer failed: {error}") from error
        self._raise_of_listener()
        return list(messages)

    def _sorted_out(self, messages: list[Any]) -> list[RecordBatch | Unreadable]:
        errors = list(map(Message.error, messages))
        found: list[RecordBatch | Unreadable] = []
        if any(errors):
            flawed = [message for message, error in zip(messages, errors, strict=True) if error is not None]
            messages, trouble = self._set_errors_aside(messages, flawed)
            found += _batches(messages)
            self._advance(found)
            for message in trouble:
                found += self._step_over(message)
            return found
        found += _batches(messages)
        self._advance(found)
        return found

    def _advance(self, found: Iterable[RecordBatch | Unreadable]) -> None:
        for batch in found:
            if isinstance(batch, RecordBatch):
                self._fruitless = 0
                self._next[batch.topic, batch.partition] = batch.offsets[-1] + 1

    # -- errors among the messages -------------------------------------------------------------------------------
    def _set_errors_aside(self, messages: list[Any], flawed: list[Any]) -> tuple[list[Any], list[Any]]:
        """The messages before each partition's first flaw, and those flaws. Raises for what will not mend."""
        trouble: dict[Partition, Any] = {}
        for message in flawed:
            error = message.error()
            code = error.code()
            if code == KafkaError._PARTITION_EOF:
                self._next[message.topic(), message.partition()] = message.offset()
            elif code == KafkaError._AUTO_OFFSET_RESET:
                raise TopicChanged(f"an offset of ours is not in the log any more: {error.str()}")
            elif code in _REFUSED or error.fatal():
                raise SourceFailed(f"Kafka refuses us: {error.str()}")
            elif code not in _PASSING and message.topic() is not None:
                trouble.setdefault((message.topic(), message.partition()), message)
        return _before(messages, trouble), list(trouble.values())

    def _step_over(self, message: Any) -> list[Unreadable]:
        """The unreadable records at the partition's position; reads on behind them, or again if there are none."""
        at: Partition = (message.topic(), message.partition())
        position = self._next.get(at)
        if position is None:
            position = self._lookup.bounds(*at)[0]
        unreadable = self._lookup.examine(*at, position)
        if unreadable:
            position = unreadable[-1].offset + 1
            self._fruitless = 0
        else:
            self._fruitless += 1
            if self._fruitless >= POISON_TRIES:
                raise SourceFailed(f"{at[0]}[{at[1]}] cannot be read at {position}: {message.error().str()}")
        self._next[at] = position
        self._consumer.seek(TopicPartition(*at, position))
        return unreadable

    # -- the group's decisions -----------------------------------------------------------------------------------
    def _on_assign(self, consumer: Any, assigned: list[Any]) -> None:
        partitions = _plain(assigned)
        starts: Mapping[Partition, int] = {}
        if partitions and self._listener is not None:
            try:
                starts = self._listener.assigned(partitions)
            except Exception as error:  # noqa: BLE001 - carried out of poll by _raise_of_listener
                self._listener_error = error
                return
        self._owned = set(partitions)
        self._next = dict(starts)
        consumer.assign([TopicPartition(*at, starts.get(at, OFFSET_BEGINNING)) for at in partitions])
        if self._paused & self._owned:
            consumer.pause([TopicPartition(*at) for at in self._paused & self._owned])

    def _on_revoke(self, _consumer: Any, revoked: list[Any]) -> None:
        self._forget(revoked, keep=True)

    def _on_lost(self, _consumer: Any, lost: list[Any]) -> None:
        self._forget(lost, keep=False)

    def _forget(self, gone: list[Any], keep: bool) -> None:
        partitions = _plain(gone)
        self._owned -= set(partitions)
        self._paused -= set(partitions)
        if not partitions or self._listener is None:
            return
        try:
            (self._listener.revoked if keep else self._listener.lost)(partitions)
        except Exception as error:  # noqa: BLE001 - carried out of poll by _raise_of_listener
            self._listener_error = error

    def _raise_of_listener(self) -> None:
        error, self._listener_error = self._listener_error, None
        if error is not None:
            raise error

    def _committed(self, error: Any, _partitions: Any) -> None:
        if error is not None:
            self._metrics.commit_failures.inc()

    def _lag_of(self, at: Partition) -> int | None:
        _, high = self._consumer.get_watermark_offsets(TopicPartition(*at), cached=True)
        position = self._next.get(at)
        return None if high < 0 or position is None else max(0, high - position)


def _before(messages: list[Any], trouble: Mapping[Partition, Any]) -> list[Any]:
    """The messages without errors, each partition's only up to its trouble."""
    kept, stopped = [], set()
    for message in messages:
        at = (message.topic(), message.partition())
        if trouble.get(at) is message:
            stopped.add(at)
        elif message.error() is None and at not in stopped:
            kept.append(message)
    return kept


def _batches(messages: list[Any]) -> list[RecordBatch]:
    """One batch for each partition. Messages come in runs of one partition: sliced run by run, not one by one."""
    if not messages:
        return []
    partitions = np.fromiter(map(Message.partition, messages), np.int32, len(messages))
    topics = cast("list[str]", list(map(Message.topic, messages)))
    changed = partitions[1:] != partitions[:-1]
    if len(set(topics)) > 1:
        changed |= np.array([one != other for one, other in pairwise(topics)])
    ends = [*(np.flatnonzero(changed) + 1).tolist(), len(messages)]
    offsets = cast("list[int]", list(map(Message.offset, messages)))
    keys = list(map(Message.key, messages))
    values = list(map(Message.value, messages))
    batches: dict[Partition, RecordBatch] = {}
    start = 0
    for end in ends:
        at = (topics[start], int(partitions[start]))
        batch = batches.get(at)
        if batch is None:
            batch = batches[at] = RecordBatch(*at, [], [], [])
        batch.offsets.extend(offsets[start:end])
        batch.keys.extend(keys[start:end])
        batch.values.extend(values[start:end])
        start = end
    return list(batches.values())


def _plain(partitions: Iterable[Any]) -> list[Partition]:
    return sorted((at.topic, at.partition) for at in partitions)
