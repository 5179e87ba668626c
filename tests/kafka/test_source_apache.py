"""What only a real log shows: offsets that went, gaps, and transactions."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from publish.kafka.producer import Producer
from schemas.errors import OffsetGone
from tests.kafka.reading import Broker, Diary, offsets_of, read_count, read_until, reading, values_of

pytestmark = pytest.mark.apache
MakeTopic = Callable[..., str]


@pytest.fixture
def broker(apache: Broker) -> Broker:
    return apache


@pytest.mark.parametrize("stored", [3, 99])
def test_a_stored_offset_outside_the_log_is_an_error_and_never_a_reset(
    stored: int, client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic()
    for _ in range(10):
        producer.send(topic, b"k", b"v", partition=0)
    producer.flush(10)
    delete_before(broker, topic, 5)
    with (
        reading(client, broker, [topic], Diary({(topic, 0): stored})) as source,
        pytest.raises(OffsetGone, match="not in the log any more"),
    ):
        read_until(source, bool)


def test_the_log_start_is_where_reading_from_the_beginning_starts(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic()
    for _ in range(10):
        producer.send(topic, b"k", b"v", partition=0)
    producer.flush(10)
    delete_before(broker, topic, 5)
    with reading(client, broker, [topic]) as source:
        assert offsets_of(read_count(source, 5)) == [5, 6, 7, 8, 9]
        assert source.bounds(topic, 0) == (5, 10)


def test_aborted_transactions_are_not_handed_out_and_their_markers_leave_no_lag(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic()
    transactional = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=topic)
    transactional.init_transactions()
    for value, kept in ((b"first", True), (b"never", False), (b"last", True)):
        transactional.begin_transaction()
        transactional.send(topic, value=value, key=b"k", partition=0)
        transactional.flush()
        (transactional.commit_transaction if kept else transactional.abort_transaction)()
    transactional.close()
    with reading(client, broker, [topic]) as source:
        found = read_count(source, 2)
        assert values_of(found) == [b"first", b"last"]
        assert offsets_of(found) == [0, 4]
        source.poll(1.0)
        assert source.bounds(topic, 0) == (0, 6)
        assert source.lag() == {(topic, 0): 0}


def test_offsets_that_compaction_took_are_passed_over(
    client: str, broker: Broker, make_topic: MakeTopic, producer: Producer
) -> None:
    topic = make_topic(compacted=True)
    configure(
        broker, topic, {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "1"}
    )
    for number in range(20):
        producer.send(topic, b"same", b"%d" % number, partition=0)
        producer.flush(10)
        time.sleep(0.02)
    deadline = time.monotonic() + 30
    while True:  # the cleaner runs when it likes; a new segment is rolled by the next record
        producer.send(topic, b"other", b"x", partition=0)
        producer.flush(10)
        with reading(client, broker, [topic], Diary({(topic, 0): 1})) as source:
            found = read_until(source, lambda found: b"x" in values_of(found))
            offsets = offsets_of(found)
        if len(offsets) < offsets[-1]:
            break
        assert time.monotonic() < deadline, "nothing was compacted"
    assert b"19" in values_of(found)
    assert offsets == sorted(set(offsets))


def delete_before(broker: Broker, topic: str, offset: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_records({TopicPartition(topic, 0): offset})
    admin.close()


def configure(broker: Broker, topic: str, options: dict[str, str]) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, options)])
    admin.close()
