"""Producers for replay and simulation: to topics that are there, and to shards that have part of it already."""

from __future__ import annotations

from collections.abc import Mapping

from publish.kafka.producer import Producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from services.parts import Parts


def topics(parts: Parts) -> dict[str, str]:
    """Make the topics that are not there, as many partitions as the setting says; gives each one's id."""
    partitions = parts.settings.simulated_partitions
    return ensure_topics(
        parts.kafka,
        [
            TopicSpec(TOPIC_ACTIVITY, partitions),
            TopicSpec(TOPIC_CLIENTS, 1, compacted=True),
            TopicSpec(TOPIC_RATES, 1, compacted=True),
            TopicSpec(TOPIC_ALERTS, partitions),
            TopicSpec(TOPIC_REMEDIES, partitions),
            TopicSpec(TOPIC_DEAD_LETTERS, 1),
        ],
    )


def open_sender(parts: Parts) -> Producer:
    """A producer to topics that are there."""
    topics(parts)
    return parts.producer()


class ResumedSender:
    """Keeps back what a shard has closed: of `stands`, the first week by partition that it has not.

    The embedded broker forgets everything and the shards do not stop at the same week: whoever is ahead would
    otherwise get weeks again that are past all correction. `week` is that of the events to come.
    """

    def __init__(self, producer: Producer, stands: Mapping[int, int]) -> None:
        self._producer = producer
        self._stands = stands
        self.week = 0

    def send(self, topic: str, key: bytes, value: bytes, partition: int | None = None) -> None:
        if topic == TOPIC_ACTIVITY:
            partition = self.partition_for(topic, key) if partition is None else partition
            if self.week < self._stands.get(partition, 0):
                return
        self._producer.send(topic, key, value, partition)

    def flush(self, timeout_s: float) -> None:
        self._producer.flush(timeout_s)

    def partitions(self, topic: str) -> int:
        return self._producer.partitions(topic)

    def partition_for(self, topic: str, key: bytes) -> int:
        return self._producer.partition_for(topic, key)

    def close(self) -> None:
        self._producer.close()
