"""What every source promises, on every broker there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from publish.kafka.producer import Producer
from schemas.errors import EbbwatchError
from telemetry.metrics import Metrics
from tests.kafka.reading import Broker, Diary, offsets_of, read_count, reading, values_of

MakeTopic = Callable[..., str]


def test_records_come_in_offset_order_from_the_beginning(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic(partitions=3)
    for number in range(300):
        producer.send(topic, b"C%d" % (number % 7), b"%d" % number, partition=number % 3)
    producer.flush(10)
    with reading(client, broker, [topic], max_poll_records=50) as source:
        found = read_count(source, 300)
    for partition in range(3):
        assert offsets_of(found, partition) == list(range(100))
        assert values_of(found, partition) == [b"%d" % number for number in range(partition, 300, 3)]


def test_reading_starts_where_the_listener_says(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic(partitions=2)
    for number in range(20):
        producer.send(topic, b"k", b"%d" % number, partition=number % 2)
    producer.flush(10)
    with reading(client, broker, [topic], Diary({(topic, 1): 7})) as source:
        found = read_count(source, 13)
        assert offsets_of(found, 0) == list(range(10))
        assert offsets_of(found, 1) == [7, 8, 9]
        assert source.poll(0.3) == []


def test_null_keys_tombstones_and_large_records_arrive_as_they_are(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic()
    large = bytes(range(256)) * 3516  # 900 kB
    sent = [(None, b"no key"), (b"gone", None), (b"", b""), (b"large", large), (b"\x00\xff", b"\xff\x00")]
    for key, value in sent:
        producer.send(topic, key, value, partition=0)
    producer.flush(10)
    with reading(client, broker, [topic]) as source:
        found = read_count(source, len(sent))
    assert [key for batch in found for key in batch.keys] == [key for key, _ in sent]  # type: ignore[union-attr] # none is Unreadable
    assert values_of(found) == [value for _, value in sent]


def test_paused_partitions_rest_while_others_are_read(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic(partitions=2)
    for number in range(10):
        producer.send(topic, b"k", b"v", partition=number % 2)
    producer.flush(10)

    class Pausing(Diary):
        def assigned(self, partitions: list[tuple[str, int]]) -> dict[tuple[str, int], int]:
            source.pause([(topic, 0), ("not ours", 5)])
            return dict(super().assigned(partitions))

    with reading(client, broker, [topic], Pausing()) as source:
        found = read_count(source, 5)
        found += source.poll(0.5)
        assert offsets_of(found, 0) == []
        assert offsets_of(found, 1) == list(range(5))
        source.resume([(topic, 0), ("not ours", 5)])
        assert offsets_of(read_count(source, 5), 0) == list(range(5))


def test_lag_is_known_after_reading_and_zero_at_the_end(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic(partitions=2)  # one of them stays empty
    for _ in range(100):
        producer.send(topic, b"k", b"v", partition=0)
    producer.flush(10)
    with reading(client, broker, [topic], max_poll_records=10) as source:
        first = len(offsets_of(read_count(source, 10)))  # a poll may bring more than were asked for
        assert source.lag()[topic, 0] in range(1, 91)
        read_count(source, 100 - first)
        source.poll(1.0)
        assert source.lag() == {(topic, 0): 0, (topic, 1): 0}


def test_topic_ids_and_bounds_are_the_brokers(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic, empty = make_topic(), make_topic()
    for _ in range(3):
        producer.send(topic, b"k", b"v", partition=0)
    producer.flush(10)
    asked: dict[str, object] = {}

    class Asking(Diary):
        def assigned(self, partitions: list[tuple[str, int]]) -> dict[tuple[str, int], int]:
            asked["ids"] = source.topic_ids([topic, empty, "never-made"])
            asked["bounds"] = (source.bounds(topic, 0), source.bounds(empty, 0))
            return dict(super().assigned(partitions))

    with reading(client, broker, [topic], Asking()) as source:
        read_count(source, 3)
    ids = asked["ids"]
    assert isinstance(ids, dict)
    assert set(ids) == {topic, empty}
    assert ids[topic] != ids[empty]
    assert asked["bounds"] == ((0, 3), (0, 0))


def test_what_the_listener_raises_comes_out_of_poll(client: str, broker: Broker, make_topic: MakeTopic) -> None:
    class NotOurs(EbbwatchError):
        pass

    diary = Diary()
    diary.raise_at_assignment = NotOurs("the stored offsets belong elsewhere")
    with reading(client, broker, [make_topic()], diary) as source, pytest.raises(NotOurs, match="belong elsewhere"):
        for _ in range(100):
            source.poll(0.2)


def test_closing_revokes_and_can_be_done_twice(client: str, broker: Broker, make_topic: MakeTopic) -> None:
    topic, diary = make_topic(), Diary()
    with reading(client, broker, [topic], diary) as source:
        while "assigned" not in diary.words():
            source.poll(0.2)
        source.close()
    assert diary.heard == [("assigned", [(topic, 0)]), ("revoked", [(topic, 0)])]


def test_kafka_is_told_the_offset_but_never_asked(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic, metrics = make_topic(), Metrics()
    for _ in range(10):
        producer.send(topic, b"k", b"v", partition=0)
    producer.flush(10)
    for _ in range(2):  # the second time the group has an offset, and the database still none
        with reading(client, broker, [topic], group="told", metrics=metrics) as source:
            assert offsets_of(read_count(source, 10)) == list(range(10))
            source.commit({(topic, 0): 10})
            source.poll(0.5)
    assert metrics.registry.get_sample_value("ebbwatch_consumer_commit_failures_total") == 0
