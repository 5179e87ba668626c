"""Kafka: the client's codecs, brokers that answer as the settings say, topics, and the offsets that we stand at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ingest.kafka.broker_probe import probe_brokers
from ingest.kafka.client_choice import open_source
from ingest.kafka.source import BrokerUnreachable
from ingest.kafka.topic_lookup import TopicLookup
from ingest.lanes.standing import find_standing
from schemas.errors import BadSetting, TopicChanged
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from services.doctor.findings import Check
from services.ingest import REFERENCE, TOPICS, kafka_config
from services.parts import Parts
from store.ledger import offsets

ANSWER_WITHIN_S = 3.0  # a person is waiting
_ALL_TOPICS = (*TOPICS, TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)


def kafka_checks(parts: Parts) -> list[Check]:
    return [
        Check("codecs", lambda: _codecs(parts)),
        Check("kafka", lambda: probe_brokers(parts.kafka, ANSWER_WITHIN_S)),
        Check("topics", lambda: _topics(parts), needs=("kafka",)),
        Check("offsets", lambda: _offsets(parts), needs=("kafka", "database")),
    ]


def _codecs(parts: Parts) -> str:
    open_source(parts.settings.kafka_client, kafka_config(parts), parts.metrics).close()
    return f"{parts.settings.kafka_client} reads crc32c, lz4, zstd and snappy"


def _topics(parts: Parts) -> str:
    with _lookup(parts) as lookup:
        there = lookup.topic_ids(_ALL_TOPICS)
    missing = [topic for topic in _ALL_TOPICS if topic not in there]
    if missing:
        raise BadSetting(
            f"missing on {parts.settings.kafka_bootstrap}: {', '.join(missing)}; have them made, or this user "
            "allowed to describe them"
        )
    return f"{parts.settings.kafka_bootstrap} has the {len(_ALL_TOPICS)} topics"


def _offsets(parts: Parts) -> str:
    """The database's, in the brokers' logs. Reference topics are read again by ingest itself."""
    with parts.store.read() as tx:
        stored = {topic: offsets.load_offsets(tx, topic) for topic in TOPICS}
    with _lookup(parts) as lookup:
        found = [
            find_standing(lookup, topic, partition, at)
            for topic in lookup.topic_ids(TOPICS)
            for partition, at in sorted(stored[topic].items())
        ]
    again = sorted({each.topic for each in found if each.trouble and each.topic in REFERENCE})
    troubles = [each.trouble for each in found if each.trouble and each.topic not in REFERENCE]
    if troubles:
        raise TopicChanged(f"{'; '.join(dict.fromkeys(troubles))}; see `ebbwatch offsets` and docs/runbook.md")
    said = f"{len(found)} partitions stand inside their logs"
    return f"{said}; to be read again: {', '.join(again)}" if again else said


@contextmanager
def _lookup(parts: Parts) -> Iterator[TopicLookup]:
    with closing(TopicLookup(parts.kafka, ANSWER_WITHIN_S)) as lookup:
        try:
            yield lookup
        except BrokerUnreachable as error:
            raise BadSetting(f"EBBWATCH_KAFKA_BOOTSTRAP: {error}") from None
