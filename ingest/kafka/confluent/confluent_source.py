"""Records by way of confluent-kafka (librdkafka), the optional fast client."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from ingest.kafka.confluent.messages import messages_before_errors, record_batches
from ingest.kafka.confluent.stall_watch import StallWatch
from ingest.kafka.records import Partition, RecordBatch, Unreadable, partition_pairs
from ingest.kafka.source import POISON_TRIES, AssignmentListener, BrokerUnreachable, KafkaConfig, SourceFailed
from ingest.kafka.topic_lookup import TopicLookup
from schemas.errors import OffsetGone
from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

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

STALL_S = 3.0
CLOSE_TIMEOUT_S = 3.0


class ConfluentSource:
    """Implements Source.

    librdkafka reports some bad batches as errors among the messages, and on others fetches the same bytes for ever
    without a word: so a partition that stands still before the end of its log is looked into as well.
    """

    def __init__(self, config: KafkaConfig, metrics: Metrics) -> None:
        self._config = config
        self._metrics = metrics
        self._lookup = TopicLookup(config.connection, config.connect_timeout_s)
        self._consumer: Any = None
        self._next: dict[Partition, int] = {}  # offset read next, where known
        self._owned: set[Partition] = set()
        self._paused: set[Partition] = set()
        self._listener: AssignmentListener | None = None
        self._listener_error: Exception | None = None
        self._commit_under_way = False
        self._failures_in_a_row = 0
        self._log = _Log()
        self._stall = StallWatch(STALL_S, time.monotonic)

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        self._listener = listener
        self._consumer = Consumer(self._options(), logger=self._log)
        self._consumer.subscribe(
            list(topics), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        messages = self._consume(timeout_s)
        found = self._split_messages(messages) if messages else []
        return found + self._examine_stalled()

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        if self._commit_under_way:  # the broker has not answered since the last checkpoint: do not pile up more
            self._metrics.commit_failures.inc()
            return
        try:
            self._consumer.commit(
                offsets=[TopicPartition(*at, offset) for at, offset in next_offsets.items()], asynchronous=True
            )
            self._commit_under_way = True
        except KafkaException:
            self._metrics.commit_failures.inc()

    def pause(self, partitions: Iterable[Partition]) -> None:
        wanted = set(partitions)
        self._paused |= wanted
        self._consumer.pause([TopicPartition(*at) for at in wanted & self._owned])

    def resume(self, partitions: Iterable[Partition]) -> None:
        wanted = set(partitions)
        self._paused -= wanted
        self._stall.moved(wanted)
        self._consumer.resume([TopicPartition(*at) for at in wanted & self._owned])

    def lag(self) -> Mapping[Partition, int | None]:
        return {at: self._lag_of(at) for at in self._owned}

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        return self._lookup.topic_ids(topics)

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self._lookup.bounds(topic, partition)

    def close(self) -> None:
        """The listener hears of it here and now; librdkafka's own close can wait for a dead broker for ever."""
        consumer, self._consumer = self._consumer, None
        self._release([TopicPartition(*at) for at in self._owned], still_ours=True)
        self._listener = None
        self._log.closed = True
        if consumer is not None:
            closing = threading.Thread(target=consumer.close, name="consumer-close", daemon=True)
            closing.start()
            closing.join(CLOSE_TIMEOUT_S)
        self._lookup.close()
        self._raise_listener_error()

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
            "fetch.queue.backoff.ms": 5,  # a full queue is drained in milliseconds here, not in librdkafka's second
            "on_commit": self._committed,
        }

    def _consume(self, timeout_s: float) -> list[Any]:
        """Wait for one, then take what else is there: consume alone would wait for a full batch."""
        try:
            messages = self._consumer.consume(1, timeout_s)
            if messages:
                messages += self._consumer.consume(self._config.max_poll_records - 1, 0)
        except KafkaException as error:
            self._raise_listener_error()
            raise SourceFailed(f"the consumer failed: {error}") from error
        self._raise_listener_error()
        return list(messages)

    def _split_messages(self, messages: list[Any]) -> list[RecordBatch | Unreadable]:
        errors: dict[Partition, Any] = {}
        if any(map(Message.error, messages)):
            errors = self._first_errors([message for message in messages if message.error() is not None])
            messages = messages_before_errors(messages, errors)
        found: list[RecordBatch | Unreadable] = []
        for batch in record_batches(messages):
            self._set_position((batch.topic, batch.partition), batch.offsets[-1] + 1)
            self._failures_in_a_row = 0
            found.append(batch)
        for at, message in errors.items():
            found += self._step_over(at, message.error().str())
        return found

    def _set_position(self, at: Partition, offset: int) -> None:
        self._next[at] = offset
        self._stall.moved([at])

    # -- what cannot be read -------------------------------------------------------------------------------------
    def _first_errors(self, flawed: list[Any]) -> dict[Partition, Any]:
        """The first message of each partition whose error is about a record. Raises for what will not mend."""
        errors: dict[Partition, Any] = {}
        for message in flawed:
            error = message.error()
            code = error.code()
            at: Partition = (message.topic(), message.partition())
            if code == KafkaError._PARTITION_EOF:
                if at not in errors:
                    self._set_position(at, message.offset())
            elif code == KafkaError._AUTO_OFFSET_RESET:
                raise OffsetGone(f"an offset of ours is not in the log any more: {error.str()}")
            elif code in _REFUSED or error.fatal():
                raise SourceFailed(f"Kafka refuses us: {error.str()}")
            elif code not in _PASSING and message.topic() is not None:
                errors.setdefault(at, message)
        return errors

    def _step_over(self, at: Partition, complaint: str) -> list[Unreadable]:
        """The unreadable records at the partition's position; reads on behind them, or again if there are none."""
        with suppress(BrokerUnreachable):  # then the same bytes come again
            unreadable = self._examine(at)
            if unreadable:
                return unreadable
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= POISON_TRIES:
                raise SourceFailed(f"{at[0]}[{at[1]}] cannot be read at {self._next[at]}: {complaint}")
            self._consumer.seek(TopicPartition(*at, self._next[at]))
        return []

    def _examine_stalled(self) -> list[RecordBatch | Unreadable]:
        found: list[RecordBatch | Unreadable] = []
        for at in self._stall.standing(self._owned - self._paused):
            if self._lag_of(at) != 0:
                with suppress(BrokerUnreachable):
                    found += self._examine(at)
        return found

    def _examine(self, at: Partition) -> list[Unreadable]:
        """What cannot be read at the partition's position, which then moves behind it."""
        if at not in self._next:
            self._next[at] = self._lookup.bounds(*at)[0]
        unreadable = self._lookup.examine(*at, self._next[at])
        if unreadable:
            self._failures_in_a_row = 0
            self._set_position(at, unreadable[-1].offset + 1)
            self._consumer.seek(TopicPartition(*at, self._next[at]))
        return unreadable

    # -- the group's decisions -----------------------------------------------------------------------------------
    def _on_assign(self, consumer: Any, assigned: list[Any]) -> None:
        partitions = partition_pairs(assigned)
        starts: Mapping[Partition, int] = {}
        if partitions and self._listener is not None:
            try:
                starts = self._listener.assigned(partitions)
            except Exception as error:  # noqa: BLE001 - carried out of poll by _raise_listener_error
                self._listener_error = error
                return
        self._owned = set(partitions)
        self._next = dict(starts)
        self._stall.moved(partitions)
        consumer.assign([TopicPartition(*at, starts.get(at, OFFSET_BEGINNING)) for at in partitions])
        if self._paused & self._owned:
            consumer.pause([TopicPartition(*at) for at in self._paused & self._owned])

    def _on_revoke(self, _consumer: Any, revoked: list[Any]) -> None:
        self._release(revoked, still_ours=True)

    def _on_lost(self, _consumer: Any, lost: list[Any]) -> None:
        self._release(lost, still_ours=False)

    def _release(self, gone: list[Any], still_ours: bool) -> None:
        partitions = partition_pairs(gone)
        self._owned -= set(partitions)
        self._paused -= set(partitions)
        if not partitions or self._listener is None:
            return
        try:
            (self._listener.revoked if still_ours else self._listener.lost)(partitions)
        except Exception as error:  # noqa: BLE001 - carried out of poll by _raise_listener_error
            self._listener_error = error

    def _raise_listener_error(self) -> None:
        error, self._listener_error = self._listener_error, None
        if error is not None:
            raise error

    def _committed(self, error: Any, _partitions: Any) -> None:
        self._commit_under_way = False
        if error is not None:
            self._metrics.commit_failures.inc()

    def _lag_of(self, at: Partition) -> int | None:
        _, high = self._consumer.get_watermark_offsets(TopicPartition(*at), cached=True)
        position = self._next.get(at)
        return None if high < 0 or position is None else max(0, high - position)


class _Log:
    """librdkafka's log lines, until the consumer is closed: waiting for a dead broker it writes 20 a second."""

    closed = False

    def log(self, level: int, *args: Any) -> None:
        if not self.closed:
            log.log(level, *args)
