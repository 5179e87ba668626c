"""Ingest and relay wait for a broker that comes after them, and the relay for one that it loses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from schemas.weeks import parse_week
from services.simulation.embedded_broker import EmbeddedBroker
from store import outbox
from store.outbox import Message
from store.unit_of_work import Store, open_store
from tests.system.fleet import Fleet
from tests.system.product import free_port
from tests.system.stream import NoisyStream, settled

LOST, BACK = "the broker is away: waiting for it", "the broker is back"
TOPICS = (TOPIC_CLIENTS, TOPIC_RATES, TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)
DONE_S = 90

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ebbwatch.db')}")
    yield opened
    opened.close()


def add_message(store: Store) -> None:
    with store.write() as tx:
        outbox.append_all(tx, [Message(TOPIC_ALERTS, b"C1", b"{}")], datetime.now(UTC))


def make_topics(broker: EmbeddedBroker) -> None:
    specs = [TopicSpec(TOPIC_ACTIVITY, 2), *(TopicSpec(name, 1) for name in TOPICS)]
    ensure_topics(KafkaConnection(broker.bootstrap), specs)


def test_a_broker_that_is_away_is_waited_for(store: Store, tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "EBBWATCH_KAFKA_BOOTSTRAP": f"127.0.0.1:{port}",
        "EBBWATCH_KAFKA_SESSION_TIMEOUT_S": "6",
        "EBBWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/ebbwatch.db",
        "EBBWATCH_DATA_DIR": str(tmp_path),
        "EBBWATCH_CHECKPOINT_SECONDS": "0.3",
    }
    add_message(store)
    with Fleet(settings, tmp_path) as fleet:

        def wait_until_said(name: str, message: str, times: int = 1) -> None:
            what = f"{name}: {message}, {times} times"
            fleet.wait_until(lambda: fleet.log(name, 100_000).count(message) == times, DONE_S, what)

        fleet.start("ingest", "relay", "detect")
        wait_until_said("ingest", LOST)
        wait_until_said("relay", LOST)
        with EmbeddedBroker(port) as broker:
            make_topics(broker)
            producer = open_producer("kafka-python", KafkaConnection(broker.bootstrap))
            stream = NoisyStream(producer, 40, parse_week("2021-W01"))
            stream.send_clients()
            stream.send_week(parse_week("2021-W01"))
            producer.close()
            fleet.wait_until(lambda: settled(store, stream), DONE_S, "all taken in and sent")
            wait_until_said("ingest", BACK)
            wait_until_said("relay", BACK)
            fleet.end("ingest")  # the embedded broker forgets its topics, which ingest must refuse
        add_message(store)
        wait_until_said("relay", LOST, 2)
        with EmbeddedBroker(port) as broker:
            make_topics(broker)
            fleet.wait_until(lambda: settled(store, stream), DONE_S, "all sent")
            wait_until_said("relay", BACK, 2)
