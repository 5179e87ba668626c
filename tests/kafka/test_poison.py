"""A record that cannot be read costs its own batch and nothing else, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from publish.kafka.producer import Producer
from tests.kafka.bad_wire import KINDS, BadWire, Spoil, wrong_crc
from tests.kafka.reading import Broker, offsets_of, read_count, read_until, reading, unreadable_of, values_of

MARKER = b"SPOIL-wrong_crc"
MakeTopic = Callable[..., str]
Wire = Callable[[Mapping[bytes, Spoil]], BadWire]


@pytest.fixture
def wire(broker: Broker) -> Iterator[Wire]:
    made: list[BadWire] = []

    def make(spoils: Mapping[bytes, Spoil]) -> BadWire:
        made.append(BadWire(broker.bootstrap, spoils))
        return made[-1]

    yield make
    for one in made:
        one.close()


def send(producer: Producer, topic: str, values: list[bytes], partition: int = 0) -> None:
    """One batch."""
    for value in values:
        producer.send(topic, b"k", value, partition=partition)
    producer.flush(10)


def test_a_batch_unreadable_in_any_way_is_stepped_over_and_nothing_else_stops(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic(partitions=len(KINDS) + 1)
    healthy = len(KINDS)
    for partition, marker in enumerate(KINDS):
        send(producer, topic, [b"a", b"b"], partition)
        send(producer, topic, [b"c", marker, b"d"], partition)
        send(producer, topic, [b"e", b"f"], partition)
    send(producer, topic, [b"healthy"] * 50, healthy)
    bad = wire(KINDS)
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_count(source, 7 * len(KINDS) + 50)
        for partition in range(healthy + 1):
            send(producer, topic, [b"g"], partition)
        found += read_count(source, healthy + 1)
    assert set(bad.spoiled) == set(KINDS)
    for partition, marker in enumerate(KINDS):
        unreadable = [one for one in unreadable_of(found) if one.partition == partition]
        assert [one.offset for one in unreadable] == [2, 3, 4], marker
        assert values_of(found, partition) == [b"a", b"b", b"e", b"f", b"g"], marker
        assert offsets_of(found, partition) == list(range(8)), marker
    assert offsets_of(found, healthy) == list(range(51))


def test_poison_twice_running_at_the_end_of_the_log_is_stepped_over(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic()
    for _ in range(2):
        send(producer, topic, [MARKER, b"x"])
    bad = wire(KINDS)
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_count(source, 4)
        send(producer, topic, [b"after"])
        found += read_count(source, 1)
    assert [one.offset for one in unreadable_of(found)] == [0, 1, 2, 3]
    assert values_of(found) == [b"after"]
    assert "CRC" in unreadable_of(found)[0].detail


def test_bytes_spoiled_once_on_the_way_are_read_again_and_not_given_up(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer, wire: Wire
) -> None:
    topic = make_topic()
    send(producer, topic, [b"a", MARKER, b"b"])

    def once(batch: bytearray) -> None:
        if not bad.spoiled[MARKER]:
            wrong_crc(batch)

    bad = wire({MARKER: once})
    with reading(client, Broker(bad.bootstrap, broker.session_s), [topic]) as source:
        found = read_until(source, lambda found: len(values_of(found)) >= 3)
    assert bad.spoiled[MARKER] > 1
    assert unreadable_of(found) == []
    assert values_of(found) == [b"a", MARKER, b"b"]
