"""A topic that is not the one we know stops ingest with a clear line: reading on would lose or repeat events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from services.simulation.embedded_broker import EmbeddedBroker
from store import schema
from store.tables.ledger import ledger, topic_offset
from store.unit_of_work import Store, open_store
from tests.ingest.decoding.event_json import transaction
from tests.system.product import Product, free_port

SESSION_S = "2"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(params=["kafka-python", pytest.param("confluent", marks=pytest.mark.slow)])
def product(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> Iterator[Product]:
    settings = {
        "EBBWATCH_KAFKA_BOOTSTRAP": f"127.0.0.1:{port}",
        "EBBWATCH_KAFKA_CLIENT": request.param,
        "EBBWATCH_KAFKA_SESSION_TIMEOUT_S": SESSION_S,
        "EBBWATCH_CHECKPOINT_SECONDS": "0.2",
    }
    with Product(tmp_path, settings) as made:
        yield made


@pytest.fixture
def store(product: Product) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{product.data_dir}/ebbwatch.db")
    schema.upgrade_schema(opened)
    yield opened
    opened.close()


def publish(port: int, events: int) -> str:
    """Make the topics, send events, and give the id of corebank.activity."""
    connection = KafkaConnection(f"127.0.0.1:{port}")
    ids = ensure_topics(connection, [TopicSpec(name, 1) for name in (TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES)])
    producer = open_producer("confluent", connection)
    for number in range(events):
        producer.send(TOPIC_ACTIVITY, b"C000123", transaction(event_id=f"E{number}"))
    producer.flush(10)
    producer.close()
    return ids[TOPIC_ACTIVITY]


def stored_offset(store: Store) -> int:
    with store.read() as tx:
        return tx.scalar(sa.select(topic_offset.c.next_offset).where(topic_offset.c.topic == TOPIC_ACTIVITY)) or 0


def take_in(product: Product, store: Store, port: int, events: int) -> None:
    """One life of the broker, all of it ingested."""
    with EmbeddedBroker(port):
        publish(port, events)
        product.start("ingest")
        product.wait_until("all events taken in", lambda: stored_offset(store) == events)
        assert product.interrupt("ingest") == 0


def last_words(product: Product) -> str:
    """What stands under all the log lines, which are JSON."""
    lines = product.said("ingest").splitlines()
    [plain] = [line for line in lines if not line.startswith("{")]
    for line in lines:
        if line is not plain:
            json.loads(line)
    return plain


def test_a_topic_made_again_stops_ingest(product: Product, store: Store, port: int) -> None:
    take_in(product, store, port, 3)
    with EmbeddedBroker(port):
        new_id = publish(port, 5)
        product.start("ingest")
        assert product.wait_for_end("ingest") == 2
    said = last_words(product)
    assert said.startswith(f"ebbwatch: {TOPIC_ACTIVITY} was deleted and made again: the store knows it as ")
    assert f"the broker as {new_id}" in said
    assert "docs/runbook.md" in said
    assert stored_offset(store) == 3
    with store.read() as tx:
        assert tx.scalar(sa.select(ledger.c.debit_count)) == 3


@pytest.mark.slow
def test_a_log_that_ends_before_the_stored_offset_stops_ingest(product: Product, store: Store, port: int) -> None:
    take_in(product, store, port, 3)
    with EmbeddedBroker(port):
        new_id = publish(port, 2)
        with store.write() as tx:  # the same topic, as after a leader that had lost the end of its log
            tx.execute(sa.update(topic_offset).values(topic_id=new_id))
        product.start("ingest")
        assert product.wait_for_end("ingest") == 2
    said = last_words(product)
    assert f"{TOPIC_ACTIVITY}[0]: the store stands at offset 3, the log holds 0 to 2" in said
    assert stored_offset(store) == 3


@pytest.mark.slow
def test_a_topic_made_again_under_a_running_ingest_stops_it(product: Product, store: Store, port: int) -> None:
    with EmbeddedBroker(port):
        publish(port, 3)
        product.start("ingest")
        product.wait_until("all events taken in", lambda: stored_offset(store) == 3)
    with EmbeddedBroker(port):
        publish(port, 5)
        assert product.wait_for_end("ingest", timeout_s=60) == 2
    assert f"ebbwatch: {TOPIC_ACTIVITY} was deleted and made again" in product.said("ingest")


@pytest.mark.slow
def test_a_person_lets_a_topic_made_again_be_read_from_its_start(product: Product, store: Store, port: int) -> None:
    """What is in both logs counts once."""
    take_in(product, store, port, 3)
    with EmbeddedBroker(port):
        publish(port, 5)
        forgotten = product.run("offsets", "forget", TOPIC_ACTIVITY, "--because", "the cluster was restored")
        assert forgotten.returncode == 0, forgotten.stderr
        product.start("ingest")
        product.wait_until("all events taken in", lambda: stored_offset(store) == 5)
        with store.read() as tx:
            assert tx.scalar(sa.select(ledger.c.debit_count)) == 5
        moved = product.run("offsets", "move", f"{TOPIC_ACTIVITY}:0", "1", "--because", "to be sure")
        assert moved.returncode == 0, moved.stderr
        product.wait_until("them read again", lambda: stored_offset(store) == 5)
        assert product.interrupt("ingest") == 0
    assert "session ended" in product.said("ingest")
    with store.read() as tx:
        assert tx.scalar(sa.select(ledger.c.debit_count)) == 5
