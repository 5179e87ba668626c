"""Brokers for the contract tests: the embedded one always, Apache Kafka where there is one or can be."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from publish.producer import Producer, open_producer
from publish.topics import TopicSpec, ensure_topics
from services.embedded_broker import EmbeddedBroker
from tests.kafka.reading import APACHE_SESSION_S, EMBEDDED_SESSION_S, Broker

SCRIPT = Path(__file__).parents[2] / "deploy" / "kafka" / "kafka.sh"


@pytest.fixture(scope="session")
def apache_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """EBBWATCH_TEST_KAFKA, or a broker of our own, one for all test processes, where jars and Java are there."""
    given = os.environ.get("EBBWATCH_TEST_KAFKA")
    if given:
        yield given
        return
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    required = "apache" in os.environ.get("EBBWATCH_TEST_REQUIRE", "")
    env = {**os.environ, "KAFKA_DIR": str(folder / "apache-kafka"), "KAFKA_OFFLINE": "" if required else "1"}
    with _counted(folder / "apache-kafka.users", +1) as others:
        if not others:
            (folder / "apache-kafka.port").write_text(str(_free_pair()))
        port = int((folder / "apache-kafka.port").read_text())
        env |= {"KAFKA_PORT": str(port), "KAFKA_CONTROLLER_PORT": str(port + 1)}
        started = subprocess.run([str(SCRIPT), "up"], env=env, capture_output=True, text=True)
    if started.returncode:
        why = f"no Apache Kafka: {started.stderr.strip()}"
        pytest.fail(why) if required else pytest.skip(why)
    yield f"127.0.0.1:{port}"
    with _counted(folder / "apache-kafka.users", -1) as others:
        if not others:
            subprocess.run([str(SCRIPT), "down"], env=env, check=True, capture_output=True)


@pytest.fixture
def embedded() -> Iterator[Broker]:
    """A fresh embedded broker for each test: a leader leaving in mid-rebalance can leave a group of it stuck."""
    with EmbeddedBroker(0) as started:
        yield Broker(started.bootstrap, EMBEDDED_SESSION_S)


@pytest.fixture
def apache(apache_bootstrap: str) -> Broker:
    """Apache Kafka, the same one for all tests."""
    return Broker(apache_bootstrap, APACHE_SESSION_S)


@pytest.fixture(params=["embedded", pytest.param("apache", marks=pytest.mark.apache)])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the two in turn."""
    found: Broker = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["kafka-python", "confluent"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_topic(broker: Broker) -> Callable[..., str]:
    """Makes a topic with a name of its own."""

    def make(partitions: int = 1, compacted: bool = False) -> str:
        name = f"t-{uuid4().hex[:12]}"
        ensure_topics(broker.connection, [TopicSpec(name, partitions, compacted)])
        return name

    return make


@pytest.fixture
def producer(broker: Broker) -> Iterator[Producer]:
    """One to fill topics with, whichever client is under test."""
    made = open_producer("confluent", broker.connection)
    yield made
    made.close()


@contextmanager
def _counted(path: Path, change: int) -> Iterator[int]:
    """How many others use it, under a lock; adds `change` to the count."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        count = int(file.read() or 0)
        yield count if change > 0 else count + change
        file.truncate(0)
        file.write(str(count + change))


def _free_pair() -> int:
    """A port that is free, and so is the one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
