"""A record that cannot be read costs its own batch and nothing else, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from publish.producer import Producer
from tests.kafka.bad_wire import KINDS, BadWire, wrong_crc
from tests.kafka.reading import Broker, offsets_of, read_count, reading, unreadable_of, values_of

MARKER = b"SPOIL-THIS"
MakeTopic = Callable[..., str]
Wire = Callable[..., BadWire]


@pytest.fixture
def wire(broker: Broker) -> Iterator[Wire]:
    made: list[BadWire] = []

    def make(**options: object) -> BadWire:
        made.append(BadWire(broker.bootstrap, MARKER, **options))  # type: ignore[arg-type] # passed on as given
        return made[-1]

    yield make
    for one in made:
        one.close()


def send(producer: Producer, topic: str, values: list[bytes], partition: int = 0) -> None:
    """One batch."""
    for value in values:
        producer.send(topic, b"k", value, partition=partition)
    producer.flush(10)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unreadable_batch_is_stepped_over_and_nothing_else_stops(
    kind: str, client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic(partitions=2)
    send(producer, topic, [b"a", b"b"])
    send(producer, topic, [b"c", MARKER, b"d"])
    send(producer, topic, [b"e", b"f"])
    send(producer, topic, [b"other"] * 50, partition=1)
    bad = wire(spoil=KINDS[kind])
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_count(source, 57)
        send(producer, topic, [b"g"])
        send(producer, topic, [b"other"], partition=1)
        found += read_count(source, 2)
    assert bad.spoiled
    assert [one.offset for one in unreadable_of(found)] == [2, 3, 4]
    assert values_of(found, 0) == [b"a", b"b", b"e", b"f", b"g"]
    assert offsets_of(found, 0) == list(range(8))
    assert offsets_of(found, 1) == list(range(51))


def test_poison_at_the_end_of_the_log_and_twice_running_is_stepped_over(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic()
    for _ in range(2):
        send(producer, topic, [MARKER, b"x"])
    bad = wire(spoil=wrong_crc)
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_count(source, 4)
        send(producer, topic, [b"after"])
        found += read_count(source, 1)
    assert [one.offset for one in unreadable_of(found)] == [0, 1, 2, 3]
    assert values_of(found) == [b"after"]
    assert "CRC" in unreadable_of(found)[0].detail


def test_poison_in_two_partitions_at_once_is_found_in_both(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic(partitions=3)
    for partition in range(3):
        send(producer, topic, [b"before"], partition)
        send(producer, topic, [MARKER if partition else b"good"], partition)
        send(producer, topic, [b"after"], partition)
    bad = wire(spoil=wrong_crc)
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_count(source, 9)
    assert sorted((one.partition, one.offset) for one in unreadable_of(found)) == [(1, 1), (2, 1)]
    assert values_of(found, 0) == [b"before", b"good", b"after"]
    assert values_of(found, 2) == [b"before", b"after"]


def test_bytes_spoiled_once_on_the_way_are_read_again_and_not_given_up(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic()
    send(producer, topic, [b"a", MARKER, b"b"])

    def once(batch: bytearray) -> None:
        wrong_crc(batch)
        bad.armed = False

    bad = wire(spoil=once)
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_count(source, 3)
    assert bad.spoiled == 1
    assert unreadable_of(found) == []
    assert values_of(found) == [b"a", MARKER, b"b"]
