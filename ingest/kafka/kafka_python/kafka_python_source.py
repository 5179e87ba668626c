"""Records by way of kafka-python. Its known traps end here; see docs/decisions/0007-kafka-clients.md.

After its poll has raised once, its next poll can spin for ever on the half-read partition. So after every error the
culprit is found and stepped over, or the consumer is thrown away and made anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RetriableError,
    SaslAuthenticationFailedError,
)

from ingest.kafka.kafka_python.codecs import require_codecs
from ingest.kafka.records import Partition, RecordBatch, Unreadable, partition_pairs
from ingest.kafka.source import POISON_TRIES, AssignmentListener, BrokerUnreachable, KafkaConfig, SourceFailed
from ingest.kafka.topic_lookup import TopicLookup
from schemas.errors import OffsetGone

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_MS = 3000
POSITION_TIMEOUT_MS = 2000
METADATA_MAX_AGE_MS = 10_000  # a topic made, or a partition added, since the last look is noticed after so long
_OFFSET, _KEY, _VALUE = 3, 6, 7  # places in kafka-python's ConsumerRecord, a tuple

_LOG_HAS_MOVED = (OffsetOutOfRangeError, LogTruncationError, NoOffsetForPartitionError)
_REFUSED = (AuthorizationError, SaslAuthenticationFailedError)


class KafkaPythonSource:
    """Implements Source."""

    def __init__(self, config: KafkaConfig, commit_failed: Callable[[], None]) -> None:
        """Raises BadSetting where a codec is missing. Connects to nothing yet."""
        require_codecs()
        self._config = config
        self._commit_failed = commit_failed
        self._lookup = TopicLookup(config.connection, config.connect_timeout_s)
        self._consumer: Any = None
        self._topics: list[str] = []
        self._listener: _Listener | None = None
        self._must_reopen = False
        self._failures_in_a_row = 0

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        self._topics = list(topics)
        self._listener = _Listener(listener)
        self._open()

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        if self._must_reopen:
            self._reopen()
        try:
            polled = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
            batches: list[RecordBatch | Unreadable] = [_batch(*found) for found in polled.items()]
        except Exception as error:  # noqa: BLE001 - codecs and parsers raise anything; each kind is told apart below
            return self._handle_error(error)
        if batches:
            self._failures_in_a_row = 0
        return batches

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        offsets = {TopicPartition(*at): OffsetAndMetadata(offset, "", -1) for at, offset in next_offsets.items()}
        try:
            self._consumer.commit_async(offsets, callback=self._committed)
        except KafkaError as error:
            self._committed(offsets, error)

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._consumer.pause(*self._assigned_among(partitions))

    def resume(self, partitions: Iterable[Partition]) -> None:
        self._consumer.resume(*self._assigned_among(partitions))

    def lag(self) -> Mapping[Partition, int | None]:
        return {(at.topic, at.partition): self._lag_of(at) for at in self._consumer.assignment()}

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        return self._lookup.topic_ids(topics)

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self._lookup.bounds(topic, partition)

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        try:
            if consumer is not None:
                consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_MS)
        except KafkaError as error:
            self._raise_listener_error()
            log.warning("the consumer did not leave cleanly", extra={"detail": str(error)})
        finally:
            self._lookup.close()

    # -- the consumer --------------------------------------------------------------------------------------------
    def _open(self) -> None:
        session_ms = int(self._config.session_timeout_s * 1000)
        try:
            self._consumer = KafkaConsumer(
                **self._config.connection.kafka_python(),
                group_id=self._config.group_id,
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                session_timeout_ms=session_ms,
                heartbeat_interval_ms=min(3000, session_ms // 3),
                bootstrap_timeout_ms=int(self._config.connect_timeout_s * 1000),
                max_poll_records=self._config.max_poll_records,
                max_partition_fetch_bytes=2 << 20,
                fetch_max_bytes=16 << 20,  # decoded in one go: larger makes pauses, smaller makes round trips
                metadata_max_age_ms=METADATA_MAX_AGE_MS,
                metrics_enabled=False,
            )
        except _REFUSED as error:
            raise SourceFailed(f"Kafka refuses us: {error}") from error
        except KafkaError as error:
            raise BrokerUnreachable(f"no answer from Kafka at {self._config.bootstrap}: {error}") from error
        assert self._listener is not None  # noqa: S101 - subscribe() sets it first; for the type checker
        self._listener.consumer = self._consumer
        self._consumer.subscribe(topics=self._topics, listener=self._listener)
        for topic in self._topics:  # joining before it knows the topics, a group's leader hands out nothing
            self._consumer.partitions_for_topic(topic)

    def _reopen(self) -> None:
        """Leave and join anew: the listener forgets, and starts again from the database."""
        consumer, self._consumer = self._consumer, None
        with suppress(KafkaError):
            if consumer is not None:
                consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_MS)
        self._raise_listener_error()
        self._open()
        self._must_reopen = False

    # -- after an error ------------------------------------------------------------------------------------------
    def _handle_error(self, error: Exception) -> list[RecordBatch | Unreadable]:
        """1. What the listener raised. 2. What reading on cannot mend. 3. What passes. 4. A record that is bad."""
        self._raise_listener_error()
        if isinstance(error, _LOG_HAS_MOVED):
            raise OffsetGone(f"an offset of ours is not in the log any more: {error}") from error
        if isinstance(error, _REFUSED):
            raise SourceFailed(f"Kafka refuses us: {error}") from error
        if isinstance(error, RetriableError):
            return []
        return self._step_over_unreadable(error)

    def _step_over_unreadable(self, error: Exception) -> list[RecordBatch | Unreadable]:
        found: list[RecordBatch | Unreadable] = []
        self._must_reopen = True
        try:
            for at in self._consumer.assignment():
                unreadable = self._lookup.examine(at.topic, at.partition, self._position(at))
                if unreadable:
                    self._consumer.seek(at, unreadable[-1].offset + 1)
                    found += unreadable
        except (KafkaError, BrokerUnreachable) as trouble:
            log.warning("a poll error could not be looked into", extra={"detail": str(trouble)})
        if found:
            self._must_reopen = False
            self._failures_in_a_row = 0
            return found
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= POISON_TRIES:
            raise SourceFailed(f"reading keeps failing, and no record is at fault: {error!r}") from error
        log.warning("poll failed, starting the consumer anew", extra={"detail": repr(error)})
        return []

    def _position(self, at: Any) -> int:
        position = self._consumer.position(at, timeout_ms=POSITION_TIMEOUT_MS)
        if position is None:
            raise BrokerUnreachable(f"{at.topic}[{at.partition}] has no position yet")
        return int(position)

    def _raise_listener_error(self) -> None:
        if self._listener is not None and self._listener.error is not None:
            error, self._listener.error = self._listener.error, None
            raise error

    # -- small things --------------------------------------------------------------------------------------------
    def _committed(self, _offsets: object, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._commit_failed()

    def _assigned_among(self, partitions: Iterable[Partition]) -> list[Any]:
        assigned = self._consumer.assignment()
        return [at for at in (TopicPartition(*partition) for partition in partitions) if at in assigned]

    def _lag_of(self, at: Any) -> int | None:
        try:
            high, position = self._consumer.highwater(at), self._consumer.position(at, timeout_ms=0)
        except KafkaError:
            return None
        return None if high is None or position is None else max(0, high - position)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
    """Carries the group's decisions over, and the error home that kafka-python would wrap."""

    def __init__(self, listener: AssignmentListener) -> None:
        self._listener = listener
        self.consumer: Any = None
        self.error: Exception | None = None

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        if not assigned:  # nothing for us, or the topic is too new for the group's leader to know
            return
        with self._remembering_error():
            starts = self._listener.assigned(partition_pairs(assigned))
            for at in assigned:
                if (at.topic, at.partition) in starts:
                    self.consumer.seek(at, starts[at.topic, at.partition])
                else:
                    self.consumer.seek_to_beginning(at)

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        if revoked:  # kafka-python also tells of nothing, before the first join
            with self._remembering_error():
                self._listener.revoked(partition_pairs(revoked))

    def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        with self._remembering_error():
            self._listener.lost(partition_pairs(lost))

    @contextmanager
    def _remembering_error(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.error = error
            raise


def _batch(at: Any, records: list[Any]) -> RecordBatch:
    offsets: Sequence[int] = range(records[0][_OFFSET], records[-1][_OFFSET] + 1)
    if len(offsets) != len(records):  # there are gaps
        offsets = [record[_OFFSET] for record in records]
    keys, values = [record[_KEY] for record in records], [record[_VALUE] for record in records]
    return RecordBatch(at.topic, at.partition, offsets, keys, values)
