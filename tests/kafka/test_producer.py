"""What every producer promises, on every broker there is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from publish.kafka.client_choice import open_producer
from publish.kafka.producer import Producer, ProducerUnavailable, SendFailed
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection
from services.simulation.embedded_broker import EmbeddedBroker
from tests.kafka.reading import Broker, freeze, offsets_of, read_count, reading, values_of

MakeTopic = Callable[..., str]


@pytest.fixture
def sender(client: str, broker: Broker) -> Iterator[Producer]:
    made = open_producer(client, broker.connection)
    yield made
    made.close()


def test_messages_arrive_in_order_in_the_partition_of_their_key(
    sender: Producer, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic(partitions=4)
    keys = [b"C%06d" % number for number in range(40)]
    for turn in range(3):
        for key in keys:
            sender.send(topic, key, key + b":%d" % turn)
    sender.send(topic, b"elsewhere", b"chosen", partition=3, timestamp_ms=1_700_000_000_000)
    sender.send(topic, b"gone", None)
    sender.flush(10)
    assert sender.partitions(topic) == 4
    with reading("kafka-python", broker, [topic]) as source:
        found = read_count(source, 122)
    for partition in range(4):
        mine = [key for key in keys if sender.partition_for(topic, key) == partition]
        came = [value for value in values_of(found, partition) if value is not None and value[:1] == b"C"]
        assert came == [key + b":%d" % turn for turn in range(3) for key in mine]
    assert b"chosen" in values_of(found, 3)
    assert None in values_of(found)


def test_a_message_that_is_too_large_is_named_and_the_others_are_sent(
    sender: Producer, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    sender.send(topic, b"small", b"before", partition=0)
    sender.send(topic, b"huge", bytes(5 << 20), partition=0)
    sender.send(topic, b"small", b"after", partition=0)
    with pytest.raises(SendFailed) as failed:
        sender.flush(10)
    assert [(one.topic, one.key, one.too_large) for one in failed.value.failures] == [(topic, b"huge", True)]
    sender.flush(10)
    with reading("kafka-python", broker, [topic]) as source:
        assert values_of(read_count(source, 2)) == [b"before", b"after"]


def test_more_than_is_ever_under_way_at_once_arrives_whole(
    sender: Producer, broker: Broker, make_topic: MakeTopic
) -> None:
    topic, count = make_topic(), 45_000
    for number in range(count):
        sender.send(topic, b"k", b"%d" % number, partition=0)
    sender.flush(30)
    with reading("confluent", broker, [topic]) as source:
        assert offsets_of(read_count(source, count)) == list(range(count))


def test_a_broker_that_forgot_the_producer_is_told_of_and_then_written_to(client: str) -> None:
    with EmbeddedBroker(0) as first:
        connection, port = KafkaConnection(first.bootstrap), first.port
        ensure_topics(connection, [TopicSpec("t", 1)])
        sender = open_producer(client, connection)
        sender.send("t", b"k", b"lost with the broker", partition=0)
        sender.flush(10)
    with EmbeddedBroker(port) as second:
        ensure_topics(connection, [TopicSpec("t", 1)])
        for _ in range(10):  # at least once: whoever sends tries again until flush is content
            sender.send("t", b"k", b"kept", partition=0)
            try:
                sender.flush(2)
                break
            except SendFailed:
                continue
        with reading("kafka-python", Broker(second.bootstrap, 2.0), ["t"]) as source:
            assert set(values_of(read_count(source, 1))) == {b"kept"}
        sender.close()


def test_flush_gives_up_in_time_names_what_is_not_sent_and_a_later_send_arrives(client: str) -> None:
    with EmbeddedBroker(0) as started:
        broker = Broker(started.bootstrap, 2.0)
        ensure_topics(broker.connection, [TopicSpec("t", 1)])
        sender = open_producer(client, broker.connection)
        sender.send("t", b"k", b"1", partition=0)
        sender.flush(10)
        assert started.pid is not None
        freeze(started.pid)
        sender.send("t", b"late", b"2", partition=0)
        with pytest.raises(SendFailed) as failed:
            sender.flush(1.0)
        assert [one.key for one in failed.value.failures] == [b"late"]
        assert not failed.value.failures[0].too_large
        os.kill(started.pid, signal.SIGCONT)
        sender.send("t", b"k", b"3", partition=0)
        sender.flush(10)
        with reading("kafka-python", broker, ["t"]) as source:
            assert {b"1", b"3"} <= set(values_of(read_count(source, 2)))
        sender.close()


@pytest.mark.apache  # the embedded broker makes any topic that a producer asks for
def test_a_topic_that_is_not_there_is_unavailable(client: str, apache: Broker) -> None:
    sender = open_producer(client, apache.connection)
    with pytest.raises(ProducerUnavailable):
        sender.partitions("never-made")
    sender.close()


def test_an_unknown_client_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="EBBWATCH_KAFKA_CLIENT"):
        open_producer("aiokafka", KafkaConnection("127.0.0.1:1"))
