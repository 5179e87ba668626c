"""Killed anywhere, it arrives at the same rows, alerts and messages as if nothing had happened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from publish.kafka.client_choice import open_producer
from publish.kafka.producer import Producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from schemas.weeks import Week, parse_week
from services.simulation.embedded_broker import EmbeddedBroker
from store.tables.clients import client
from store.tables.columns import metadata
from store.unit_of_work import Store
from tests.system.digest import digest
from tests.system.fleet import Fleet, kill_points
from tests.system.stream import NoisyStream, settled

KILLS = 30
EVENTS = 100_000
CLIENTS = 150
FIRST_WEEK = parse_week("2021-W01")
DONE_S = 600
PROCESSES = ("ingest", "detect", "relay")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1700)]


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(0) as started:
        yield started


@pytest.fixture
def producer(broker: EmbeddedBroker) -> Iterator[Producer]:
    connection = KafkaConnection(broker.bootstrap)
    names = (TOPIC_CLIENTS, TOPIC_RATES, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)
    specs = [TopicSpec(TOPIC_ACTIVITY, 3), TopicSpec(TOPIC_ALERTS, 3), *(TopicSpec(name, 1) for name in names)]
    ensure_topics(connection, specs)
    opened = open_producer("kafka-python", connection)
    yield opened
    opened.close()


def _fleet(store: Store, broker: EmbeddedBroker, group: str, folder: Path) -> Fleet:
    logs = folder / group
    logs.mkdir()
    return Fleet(
        {
            "EBBWATCH_KAFKA_BOOTSTRAP": broker.bootstrap,
            "EBBWATCH_KAFKA_GROUP": group,
            "EBBWATCH_KAFKA_SESSION_TIMEOUT_S": "6",
            "EBBWATCH_DATABASE_URL": store.engine.url.render_as_string(hide_password=False),
            "EBBWATCH_DATA_DIR": str(logs),
            "EBBWATCH_CHECKPOINT_SECONDS": "0.3",
        },
        logs,
    )


def _clients_known(store: Store) -> bool:
    with store.read() as tx:
        return bool(tx.scalar(sa.select(sa.func.count()).select_from(client)))


def _wipe(store: Store) -> None:
    with store.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(sa.delete(table))


def test_thirty_kills_leave_no_trace(
    store: Store, broker: EmbeddedBroker, producer: Producer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1. Kill the three processes in turn while the stream comes. 2. Replay it undisturbed. 3. Compare by hash."""
    stream = NoisyStream(producer, CLIENTS, FIRST_WEEK)
    week = FIRST_WEEK
    began = time.monotonic()
    with _fleet(store, broker, "killed", tmp_path) as fleet:
        fleet.start(*PROCESSES)
        stream.send_clients()
        fleet.wait_until(lambda: _clients_known(store), 60, "the client master")
        for nth, (name, pause_s) in enumerate(kill_points(KILLS, seed=11), start=1):
            while stream.events < EVENTS * nth // KILLS:
                stream.send_week(week)
                week = Week(week + 1)
            time.sleep(pause_s)
            fleet.kill_and_restart(name)
        fleet.wait_until(lambda: settled(store, stream), DONE_S, "the end of the stream")
    killed, killed_s = digest(store), time.monotonic() - began

    _wipe(store)
    began = time.monotonic()
    with _fleet(store, broker, "undisturbed", tmp_path) as fleet:
        fleet.start(*PROCESSES)
        fleet.wait_until(lambda: settled(store, stream), DONE_S, "the end of the stream")
    undisturbed = digest(store)

    with capsys.disabled():
        rows = ", ".join(f"{name} {count}" for name, (count, _) in undisturbed.items())
        print(
            f"\n{store.engine.dialect.name}: {stream.records} records, {KILLS} kills in {killed_s:.0f} s, "
            f"undisturbed {time.monotonic() - began:.0f} s; rows: {rows}"
        )
    assert killed == undisturbed
    assert undisturbed["alert"][0] > 0
    assert undisturbed["dead_letter"][0] == stream.rubbish > 0
