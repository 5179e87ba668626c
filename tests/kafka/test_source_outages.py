"""A broker that is away, comes back, or has forgotten."""

from __future__ import annotations

import os
import signal
import socket
import time

import pytest

from ingest.kafka.client_choice import open_source
from ingest.kafka.source import BrokerUnreachable, KafkaConfig
from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.errors import BadSetting
from services.simulation.embedded_broker import EmbeddedBroker
from telemetry.metrics import Metrics
from tests.kafka.reading import EMBEDDED_SESSION_S, Broker, freeze, offsets_of, read_count, reading

BLOCKS_AT_MOST_S = 2.0


def test_commits_to_a_broker_that_hangs_or_is_gone_block_nobody_and_poll_goes_on(client: str) -> None:
    metrics = Metrics()
    with EmbeddedBroker(0) as started:
        broker = Broker(started.bootstrap, EMBEDDED_SESSION_S)
        ensure_topics(broker.connection, [TopicSpec("t", 1)])
        producer = open_producer(client, broker.connection)
        for number in range(100):
            producer.send("t", b"k", b"%d" % number, partition=0)
        producer.flush(10)
        producer.close()
        with reading(client, broker, ["t"], metrics=metrics) as source:
            assert offsets_of(read_count(source, 100)) == list(range(100))
            assert started.pid is not None
            for sent in (signal.SIGSTOP, signal.SIGKILL):
                os.kill(started.pid, sent)
                for offset in range(3):
                    began = time.monotonic()
                    source.commit({("t", 0): offset})
                    source.lag()
                    assert source.poll(0.2) == []
                    assert time.monotonic() - began < BLOCKS_AT_MOST_S
            began = time.monotonic()
            source.close()
            assert time.monotonic() - began < 10
    failures = metrics.registry.get_sample_value("ebbwatch_consumer_commit_failures_total")
    assert failures is not None
    assert failures >= 1


def test_reading_goes_on_when_the_broker_wakes_up(client: str) -> None:
    with EmbeddedBroker(0) as started:
        broker = Broker(started.bootstrap, EMBEDDED_SESSION_S)
        ensure_topics(broker.connection, [TopicSpec("t", 1)])
        producer = open_producer("confluent", broker.connection)
        producer.send("t", b"k", b"before", partition=0)
        producer.flush(10)
        with reading(client, broker, ["t"]) as source:
            read_count(source, 1)
            assert started.pid is not None
            freeze(started.pid)
            assert source.poll(1.0) == []
            os.kill(started.pid, signal.SIGCONT)
            producer.send("t", b"k", b"after", partition=0)
            producer.flush(10)
            assert 1 in offsets_of(read_count(source, 1))
        producer.close()


def test_no_broker_at_all_is_said_in_one_line(client: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        bootstrap = f"127.0.0.1:{unused.getsockname()[1]}"
    source = open_source(client, KafkaConfig(bootstrap, "g", connect_timeout_s=0.5))
    with pytest.raises(BrokerUnreachable, match="no answer from Kafka"):
        source.topic_ids(["t"])
    source.close()


def test_an_unknown_client_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="EBBWATCH_KAFKA_CLIENT"):
        open_source("aiokafka", KafkaConfig("127.0.0.1:1", "g"))
