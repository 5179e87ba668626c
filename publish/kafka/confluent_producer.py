"""Messages out by way of confluent-kafka (librdkafka), the optional fast client."""

from __future__ import annotations

import logging
import time
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

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

log = logging.getLogger(__name__)

_NO_PARTITION = -1  # librdkafka's word for "choose one"
_NO_TIMESTAMP = 0  # and for "now"
POLL_EVERY = 1000  # messages between two looks at what has failed


class ConfluentProducer:
    """Implements Producer."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._client: Any = None
        self._partitioning = Partitioning()
        self._since_poll = 0
        self._failures: list[FailedSend] = []

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        if partition is None:
            partition = self._partitioning.partition_of_message(topic, key, self.partitions)
        to = _NO_PARTITION if partition is None else partition
        deadline = time.monotonic() + DELIVERY_TIMEOUT_S
        while True:
            try:
                self._open_client().produce(topic, value, key, to, timestamp=timestamp_ms or _NO_TIMESTAMP)
                break
            except BufferError:
                self._client.poll(0.05)
                if time.monotonic() > deadline:
                    self._failures.append(FailedSend(topic, key, "the queue stayed full"))
                    break
            except KafkaException as error:
                self._failures.append(_failed(topic, key, error.args[0]))
                break
        self._since_poll += 1
        if self._since_poll >= POLL_EVERY:
            self._client.poll(0)
            self._since_poll = 0

    def flush(self, timeout_s: float) -> None:
        if self._client is not None and self._client.flush(timeout_s):
            self._client.purge()  # each message that is late now fails, and its report names it
            self._client.flush(CONNECT_TIMEOUT_S)
        failures, self._failures = self._failures, []
        if failures:
            if not all(failure.too_large for failure in failures):
                self._client = None  # a fatal error never leaves an idempotent producer
            raise SendFailed(failures)

    def partitions(self, topic: str) -> int:
        try:
            described = self._open_client().list_topics(topic, timeout=CONNECT_TIMEOUT_S).topics[topic]
        except KafkaException as error:
            raise ProducerUnavailable(f"{topic}: {error.args[0].str()}") from error
        if described.error is not None:
            raise ProducerUnavailable(f"{topic}: {described.error.str()}")
        return len(described.partitions)

    def partition_for(self, topic: str, key: bytes) -> int:
        return self._partitioning.partition_for(topic, key, self.partitions)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.flush(DELIVERY_TIMEOUT_S / 10)

    def _open_client(self) -> Any:
        if self._client is None:
            self._client = Producer(
                {
                    **self._connection.librdkafka(),
                    "acks": "all",
                    "enable.idempotence": True,
                    "linger.ms": LINGER_MS,
                    "batch.size": BATCH_BYTES,
                    "message.max.bytes": 4 * MAX_MESSAGE_BYTES,
                    "partitioner": "murmur2_random",
                    "allow.auto.create.topics": False,
                    "message.timeout.ms": int(DELIVERY_TIMEOUT_S * 1000),
                    "delivery.report.only.error": True,
                    "on_delivery": self._undelivered,
                },
                logger=log,
            )
        return self._client

    def _undelivered(self, error: Any, message: Any) -> None:
        if error is not None:
            self._failures.append(_failed(message.topic(), message.key(), error))


def _failed(topic: str, key: bytes | None, error: Any) -> FailedSend:
    return FailedSend(topic, key, error.str(), error.code() == KafkaError.MSG_SIZE_TOO_LARGE)
