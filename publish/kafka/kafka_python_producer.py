"""Messages out by way of kafka-python. Its traps that end here: see docs/decisions/0007-kafka-clients.md."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from publish.kafka.partitioning import Partitioning
from publish.kafka.producer import (
    BATCH_BYTES,
    CONNECT_TIMEOUT_S,
    DELIVERY_TIMEOUT_S,
    LINGER_MS,
    MAX_MESSAGE_BYTES,
    FailedSend,
    ProducerUnavailable,
    SendFailed,
)
from schemas.kafka_connection import KafkaConnection

CLOSE_TIMEOUT_S = 2.0
UNDER_WAY = 20_000  # kafka-python's own buffer has no bound
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class KafkaPythonProducer:
    """Implements Producer. After any failure the client is made anew: the idempotent one may never recover once the
    broker has forgotten its id."""

    def __init__(self, connection: KafkaConnection, make: Callable[..., Any] = KafkaProducer) -> None:
        self._connection = connection
        self._make = make
        self._client: Any = None
        self._partitioning = Partitioning()
        self._under_way: list[tuple[Any, str, bytes | None]] = []
        self._failures: list[FailedSend] = []

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        if len(self._under_way) >= UNDER_WAY:
            self._wait_for_half()
        if partition is None:
            partition = self._partitioning.partition_of_message(topic, key, self.partitions)
        try:
            future = self._open_client().send(
                topic, value=value, key=key, partition=partition, timestamp_ms=timestamp_ms
            )
        except KafkaError as error:
            self._failures.append(_failed(topic, key, error))
        else:
            self._under_way.append((future, topic, key))

    def flush(self, timeout_s: float) -> None:
        if self._client is not None:
            with suppress(KafkaError):  # what is late shows below
                self._client.flush(timeout=timeout_s)
        self._read_outcomes(len(self._under_way))
        failures, self._failures = self._failures, []
        if failures:
            if not all(failure.too_large for failure in failures):
                self._discard(timeout_s=0.0)
            raise SendFailed(failures)

    def partitions(self, topic: str) -> int:
        try:
            found = self._open_client().partitions_for(topic)
        except KafkaError as error:
            raise ProducerUnavailable(f"{topic}: {error}") from error
        if not found:
            raise ProducerUnavailable(f"{topic}: there is no such topic")
        return len(found)

    def partition_for(self, topic: str, key: bytes) -> int:
        return self._partitioning.partition_for(topic, key, self.partitions)

    def close(self) -> None:
        self._discard(timeout_s=DELIVERY_TIMEOUT_S / 10)

    def _open_client(self) -> Any:
        if self._client is None:
            try:
                self._client = self._make(
                    **self._connection.kafka_python(),
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=LINGER_MS,
                    batch_size=BATCH_BYTES,
                    max_request_size=4 * MAX_MESSAGE_BYTES,
                    allow_auto_create_topics=False,
                    max_block_ms=int(CONNECT_TIMEOUT_S * 1000),
                    bootstrap_timeout_ms=int(CONNECT_TIMEOUT_S * 1000),
                    delivery_timeout_ms=int(DELIVERY_TIMEOUT_S * 1000),
                    request_timeout_ms=int(CONNECT_TIMEOUT_S * 1000),
                    metrics_enabled=False,
                )
            except KafkaError as error:
                raise ProducerUnavailable(
                    f"no answer from Kafka at {self._connection.bootstrap}: {error}"
                ) from error
        return self._client

    def _wait_for_half(self) -> None:
        half = len(self._under_way) // 2
        with suppress(KafkaError):  # its own outcome is read by _read_outcomes
            self._under_way[half - 1][0].get(timeout=DELIVERY_TIMEOUT_S)
        self._read_outcomes(half)

    def _read_outcomes(self, count: int) -> None:
        """Read the outcome of the first `count` under way; one without an outcome by now has failed."""
        read, self._under_way = self._under_way[:count], self._under_way[count:]
        for future, topic, key in read:
            if not future.is_done:
                self._failures.append(FailedSend(topic, key, "not acknowledged in time"))
            elif future.exception is not None:
                self._failures.append(_failed(topic, key, future.exception))

    def _discard(self, timeout_s: float) -> None:
        """Its close raises when something is still under way, and then has closed nothing: end the sender first."""
        client, self._client = self._client, None
        self._under_way.clear()
        if client is not None:
            with suppress(KafkaError):
                client.flush(timeout=timeout_s)
            client._sender.force_close()
            client._sender.join(CLOSE_TIMEOUT_S)
            with suppress(KafkaError):
                client.close(timeout=CLOSE_TIMEOUT_S)


def _failed(topic: str, key: bytes | None, error: BaseException) -> FailedSend:
    return FailedSend(topic, key, f"{type(error).__name__}: {error}", isinstance(error, _TOO_LARGE))
