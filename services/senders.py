"""What replay and simulation share: a producer whose topics are there."""

from __future__ import annotations

from publish.producer import Producer
from publish.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS
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
            TopicSpec(TOPIC_DEAD_LETTERS, 1),
        ],
    )


def open_sender(parts: Parts) -> Producer:
    """A producer to topics that are there."""
    topics(parts)
    return parts.producer()
