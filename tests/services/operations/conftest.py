"""A broker whose topics live and are made anew, and a database at the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from services import database_commands
from services.parts import open_parts
from services.settings import load_settings
from services.simulation.embedded_broker import EmbeddedBroker
from store.ledger import offsets
from store.tables.operations import audit
from store.unit_of_work import Store

PARTITIONS = 2


@dataclass(frozen=True)
class Topics:
    connection: KafkaConnection
    ids: dict[str, str]

    def send(self, topic: str, *values: bytes, key: bytes = b"C1", partition: int = 0) -> None:
        producer = open_producer("confluent", self.connection)
        for value in values:
            producer.send(topic, key, value, partition=partition)
        producer.flush(10)
        producer.close()


@pytest.fixture
def topics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Topics]:
    monkeypatch.setenv("EBBWATCH_DATA_DIR", str(tmp_path))
    with EmbeddedBroker(0) as started:
        monkeypatch.setenv("EBBWATCH_KAFKA_BOOTSTRAP", started.bootstrap)
        connection = KafkaConnection(started.bootstrap)
        specs = [TopicSpec(TOPIC_ACTIVITY, PARTITIONS), TopicSpec(TOPIC_CLIENTS, 1), TopicSpec(TOPIC_RATES, 1)]
        yield Topics(connection, ensure_topics(connection, specs))


@pytest.fixture
def bank(topics: Topics) -> Iterator[Store]:
    database_commands.upgrade()
    opened = open_parts(load_settings()).store
    yield opened
    opened.close()


def stands(store: Store, topic: str) -> dict[int, tuple[str, int]]:
    with store.read() as tx:
        return offsets.load_offsets(tx, topic)


def audited(store: Store) -> list[tuple[object, ...]]:
    """(actor, action, key, before, after) of each, in their order."""
    columns = (audit.c.actor, audit.c.action, audit.c.key, audit.c.before, audit.c.after)
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(sa.select(*columns).order_by(audit.c.audit_id))]
