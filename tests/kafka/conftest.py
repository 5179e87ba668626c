"""Brokers for the contract tests: the embedded one always, Apache Kafka where there is one or can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from publish.kafka.client_choice import open_producer
from publish.kafka.producer import Producer
from publish.kafka.topics import TopicSpec, ensure_topics
from services.simulation.embedded_broker import EmbeddedBroker
from tests.kafka.reading import APACHE_SESSION_S, EMBEDDED_SESSION_S, Broker


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
