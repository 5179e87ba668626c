"""Poll and discard: what each Kafka client reads in a second, by itself and through the port.

    python -m bench.consume --records 1000000 --client kafka-python

One topic of 4 partitions on the embedded broker, JSON events of about 230 bytes. The bare client has its partitions
assigned by hand, the port is a group of one. Clocks start at the first batch.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from uuid import uuid4

from ingest.kafka.client_choice import open_source
from ingest.kafka.records import Partition, RecordBatch
from ingest.kafka.source import KafkaConfig
from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.kafka_connection import KafkaConnection
from services.simulation.embedded_broker import EmbeddedBroker

TOPIC = "bench"
PARTITIONS = 4
CLIENTS = ("kafka-python", "confluent")


def fill(connection: KafkaConnection, records: int) -> float:
    """Send `records` events; returns seconds."""
    ensure_topics(connection, [TopicSpec(TOPIC, PARTITIONS)])
    producer = open_producer("confluent", connection)
    began = time.perf_counter()
    for number in range(records):
        producer.send(TOPIC, b"C%06d" % (number % 5000), event(number))
    producer.flush(60)
    took = time.perf_counter() - began
    producer.close()
    return took


def event(number: int) -> bytes:
    """A transaction of about 230 bytes."""
    return (
        b'{"type":"transaction","event_id":"bench-%012d","client_id":"C%06d","account_id":"A%08d",'
        b'"booked_at":"2026-01-%02dT10:%02d:00+08:00","direction":"debit","amount":"%d.%02d","currency":"HKD",'
        b'"reversal":false}'
    ) % (number, number % 5000, number % 9000, number % 28 + 1, number % 60, number % 100_000, number % 100)


def drain(poll: Callable[[], int], records: int) -> float:
    """Seconds a record, from the first batch on: connecting and joining are not counted."""
    first = 0
    while not first:
        first = poll()
    began, seen = time.perf_counter(), first
    while seen < records:
        seen += poll()
    return (time.perf_counter() - began) / max(1, records - first)


def bare_kafka_python(bootstrap: str, records: int) -> float:
    """Seconds a record for poll alone, with the fetch sizes of our source."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_poll_records=10_000,
        max_partition_fetch_bytes=2 << 20,
        fetch_max_bytes=16 << 20,
        metrics_enabled=False,
    )
    consumer.assign([TopicPartition(TOPIC, number) for number in range(PARTITIONS)])
    took = drain(lambda: sum(map(len, consumer.poll(timeout_ms=500).values())), records)
    consumer.close()
    return took


def bare_confluent(bootstrap: str, records: int) -> float:
    """Seconds a record for consume alone, with the fetch sizes of our source."""
    from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": uuid4().hex,
            "enable.auto.commit": False,
            "check.crcs": True,
            "fetch.message.max.bytes": 2 << 20,
            "fetch.max.bytes": 16 << 20,
            "queued.max.messages.kbytes": 64 << 10,
            "fetch.queue.backoff.ms": 5,
        }
    )
    consumer.assign([TopicPartition(TOPIC, number, OFFSET_BEGINNING) for number in range(PARTITIONS)])
    # A short wait: consume returns only when it has all it was asked for, or the time is up.
    took = drain(lambda: len(consumer.consume(10_000, 0.02)), records)
    consumer.close()
    return took


class FromTheBeginning:
    """A listener that has read nothing yet."""

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        return dict.fromkeys(partitions, 0)

    def revoked(self, partitions: list[Partition]) -> None:
        pass

    def lost(self, partitions: list[Partition]) -> None:
        pass


def through_the_port(client: str, bootstrap: str, records: int) -> float:
    """Seconds a record until it is in columns."""
    source = open_source(client, KafkaConfig(bootstrap, uuid4().hex, session_timeout_s=6))
    source.subscribe([TOPIC], FromTheBeginning())
    took = drain(
        lambda: sum(len(batch.offsets) for batch in source.poll(0.5) if isinstance(batch, RecordBatch)), records
    )
    source.close()
    return took


def report(what: str, repeats: int, run: Callable[[], float]) -> float:
    """Print records a second, median and best; returns the median seconds a record."""
    seconds = []
    for _ in range(repeats):
        gc.collect()
        seconds.append(run())
    median = statistics.median(seconds)
    print(f"{what:<32}{1 / median:>12,.0f} /s median{1 / min(seconds):>12,.0f} /s best", flush=True)
    return median


def compare(client: str, bootstrap: str, records: int, repeats: int) -> None:
    """One client by itself and through the port."""
    bare = {"kafka-python": bare_kafka_python, "confluent": bare_confluent}[client]
    alone = report(f"{client}, bare", repeats, lambda: bare(bootstrap, records))
    ported = report(f"{client}, through the port", repeats, lambda: through_the_port(client, bootstrap, records))
    print(f"  the port adds {(ported - alone) * 1e6:+.2f} us a record")


def main(arguments: list[str] | None = None) -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--client", choices=CLIENTS, action="append")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(arguments)
    with EmbeddedBroker(0) as broker:
        took = fill(KafkaConnection(broker.bootstrap), options.records)
        print(f"{options.records:,} events sent in {took:.1f} s: {options.records / took:,.0f} /s")
        for client in options.client or CLIENTS:
            compare(client, broker.bootstrap, options.records, options.repeats)


if __name__ == "__main__":
    main(sys.argv[1:])
