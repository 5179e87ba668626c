"""PostgreSQL is stopped and started under the working processes: none ends, nothing is lost, each says so once."""

from __future__ import annotations

import json
from collections.abc import Iterator
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

LOST, BACK = "the database is away: waiting for it", "the database is back"

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def store(postgres_server: PostgresServer) -> Iterator[Store]:
    opened = open_store(postgres_server.url)
    schema.upgrade(opened)
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


def times_said(fleet: Fleet, message: str) -> dict[str, int]:
    """How often each process logged it; nothing that any of them wrote is a trace."""
    said = {}
    for name in PROCESSES:
        lines = [json.loads(line) for line in fleet.log(name, 100_000).splitlines()]
        assert not [line for line in lines if "exception" in line], name
        said[name] = sum(line["message"] == message for line in lines)
    return said


def test_no_process_ends_and_what_comes_afterwards_is_judged_and_sent(
    fleet: Fleet, store: Store, stream: NoisyStream, postgres_server: PostgresServer
) -> None:
    weeks = iter(range(FIRST_WEEK, FIRST_WEEK + 10))

    def wait_until_all_say(message: str, times: int) -> None:
        fleet.wait_until(
            lambda: times_said(fleet, message) == dict.fromkeys(PROCESSES, times),
            DONE_S,
            f"{message}, {times} times",
        )

    stream.send_clients()
    stream.send_week(next(weeks))
    fleet.wait_until(lambda: settled(store, stream), DONE_S, "the first week")
    for outages, how in enumerate((FAST, IMMEDIATE), start=1):
        postgres_server.stop(how)
        stream.send_week(next(weeks))
        wait_until_all_say(LOST, outages)
        postgres_server.start()
        stream.send_week(next(weeks))
        fleet.wait_until(lambda: settled(store, stream), DONE_S, "the weeks of the outage and after it")
        wait_until_all_say(BACK, outages)
    assert times_said(fleet, LOST) == dict.fromkeys(PROCESSES, 2)
    assert stream.rubbish > 0  # each was a message to be sent
