"""PostgreSQL is stopped and started under the working processes: none ends, nothing is lost, each says so once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from schemas.weeks import parse_week
from services.simulation.embedded_broker import EmbeddedBroker
from store import schema
from store.unit_of_work import Store, open_store
from tests.postgres_server import FAST, IMMEDIATE, PostgresServer
from tests.system.fleet import Fleet
from tests.system.stream import NoisyStream, settled

PROCESSES = ("ingest", "detect", "relay")
FIRST_WEEK = parse_week("2021-W01")
PARTITIONS = 2
DONE_S = 60

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def store(postgres_server: PostgresServer) -> Iterator[Store]:
    opened = open_store(postgres_server.url)
    schema.upgrade_schema(opened)
    yield opened
    opened.close()


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(0) as started:
        names = (TOPIC_CLIENTS, TOPIC_RATES, TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)
        specs = [TopicSpec(TOPIC_ACTIVITY, PARTITIONS), *(TopicSpec(name, 1) for name in names)]
        ensure_topics(KafkaConnection(started.bootstrap), specs)
        yield started


@pytest.fixture
def stream(broker: EmbeddedBroker) -> Iterator[NoisyStream]:
    producer = open_producer("kafka-python", KafkaConnection(broker.bootstrap))
    yield NoisyStream(producer, 60, FIRST_WEEK)
    producer.close()


@pytest.fixture
def fleet(store: Store, broker: EmbeddedBroker, postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Fleet]:
    settings = {
        "EBBWATCH_KAFKA_BOOTSTRAP": broker.bootstrap,
        "EBBWATCH_KAFKA_SESSION_TIMEOUT_S": "6",
        "EBBWATCH_DATABASE_URL": postgres_server.url,
        "EBBWATCH_DATA_DIR": str(tmp_path),
        "EBBWATCH_CHECKPOINT_SECONDS": "0.3",
    }
    with Fleet(settings, tmp_path) as started:
        started.start(*PROCESSES)
        yield started


LOST, BACK = "the database is away: waiting for it", "the database is back"


def times_logged(fleet: Fleet, name: str, message: str) -> int:
    """How often a process logged it; every line it wrote must be one of its log."""
    lines = [json.loads(line) for line in fleet.log(name, 100_000).splitlines()]
    assert not [line for line in lines if "exception" in line], name
    return sum(line["message"] == message for line in lines)


def wait_for_word(fleet: Fleet, message: str, times: int) -> None:
    """Until every process has logged it so often."""
    for name in PROCESSES:
        said = partial(times_logged, fleet, name, message)
        fleet.wait_until(lambda said=said: said() == times, DONE_S, f"{name}'s word of it")


def test_no_process_ends_and_what_comes_afterwards_is_judged_and_sent(
    fleet: Fleet, store: Store, stream: NoisyStream, postgres_server: PostgresServer
) -> None:
    weeks = iter(range(FIRST_WEEK, FIRST_WEEK + 10))
    stream.send_clients()
    stream.send_week(next(weeks))
    fleet.wait_until(lambda: settled(store, stream), DONE_S, "the first week")
    for outage, how in enumerate((FAST, IMMEDIATE), start=1):
        postgres_server.stop(how)
        stream.send_week(next(weeks))
        wait_for_word(fleet, LOST, outage)
        postgres_server.start()
        stream.send_week(next(weeks))
        fleet.wait_until(partial(settled, store, stream), DONE_S, "the weeks of the outage and after it")
        wait_for_word(fleet, BACK, outage)
        assert [times_logged(fleet, name, LOST) for name in PROCESSES] == [outage] * len(PROCESSES)
    assert stream.rubbish > 0  # each was a message to be sent
