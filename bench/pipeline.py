"""The whole way from topic to durable ledger beside poll-and-discard with the same client, in one run.

    python -m bench.pipeline [--records 1000000] [--repeats 5] [--client kafka-python|confluent]

Discard: the client library alone, no port, no decoding. Pipeline: ingest as it is in service on SQLite, with every
check, exact money, the duplicates filter and durable checkpoints. Records: transactions of 10,000 clients, some 250
bytes each, a few weeks, in 4 partitions of the embedded broker. Time runs from the first records to the last one
read (discard) or kept (pipeline); the two are timed in turn and the median of the ratios is what counts.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import confluent_kafka
import msgspec
from kafka import KafkaConsumer

from ingest.consumer import Consumer, Pace
from ingest.kafka.client_choice import open_source
from ingest.kafka.records import RecordBatch, Unreadable
from ingest.kafka.source import Source
from publish.kafka.client_choice import open_producer
from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, Transaction
from schemas.kafka_connection import KafkaConnection
from schemas.weeks import WeekCalendar, parse_week
from services.ingest import Lanes, kafka_config
from services.parts import Parts, open_parts, utc_now
from services.settings import Settings
from services.simulation.embedded_broker import EmbeddedBroker
from store import schema
from store.operations.overview import load_overview

PARTITIONS, CLIENTS, WEEKS = 4, 10_000, 6
MAX_POLL_RECORDS = 10_000  # as in service
CLIENT_LIBRARIES = ("kafka-python", "confluent")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--client", choices=CLIENT_LIBRARIES, action="append")
    chosen = arguments.parse_args()
    with EmbeddedBroker(0) as broker, tempfile.TemporaryDirectory() as folder:
        _publish(broker.bootstrap, chosen.records)
        for library in chosen.client or CLIENT_LIBRARIES:
            _compare(library, broker.bootstrap, Path(folder), chosen.records, chosen.repeats)


def _compare(library: str, bootstrap: str, folder: Path, records: int, repeats: int) -> None:
    rates: list[tuple[float, float]] = []
    for _ in range(repeats):
        bare = _discard(_settings(library, bootstrap, folder), records)
        rates.append((bare, _pipeline(_settings(library, bootstrap, folder), records)))
    discard, pipeline = (statistics.median(side) for side in zip(*rates, strict=True))
    share = statistics.median(full / bare for bare, full in rates)
    print(
        f"{library:13s} discard {discard:>9,.0f}/s  pipeline {pipeline:>9,.0f}/s  ratio {share:.2f} "
        f"(of {repeats}: {min(f / b for b, f in rates):.2f} to {max(f / b for b, f in rates):.2f})"
    )


def _settings(library: str, bootstrap: str, folder: Path) -> Settings:
    return Settings(
        kafka_client=library,
        kafka_bootstrap=bootstrap,
        kafka_group=uuid4().hex,
        kafka_session_timeout_s=6,
        data_dir=folder / uuid4().hex,
    )


def _publish(bootstrap: str, records: int) -> None:
    connection = KafkaConnection(bootstrap)
    ensure_topics(connection, [TopicSpec(TOPIC_ACTIVITY, PARTITIONS)])
    producer = open_producer("confluent", connection)
    for number, (key, value) in enumerate(_events(records, WeekCalendar(ZoneInfo("Asia/Hong_Kong")))):
        producer.send(TOPIC_ACTIVITY, key, value)
        if number % 50_000 == 0:
            producer.flush(60)
    producer.flush(60)
    producer.close()


def _events(records: int, calendar: WeekCalendar) -> Iterator[tuple[bytes, bytes]]:
    draw = random.Random(5)
    first = parse_week("2026-W02")
    for number in range(records):
        client = draw.randrange(CLIENTS)
        start_s = calendar.start_s(first + number * WEEKS // records)
        booked_at = datetime.fromtimestamp(start_s + draw.randrange(7 * 86_400), calendar.zone)
        event = Transaction(
            event_id=f"core-{number:012d}-{draw.getrandbits(64):016x}",
            client_id=f"C{client:06d}",
            account_id=f"A{client:06d}-{draw.randrange(2)}",
            booked_at=booked_at.isoformat(),
            direction="debit" if draw.random() < 0.5 else "credit",
            amount=f"{draw.randrange(10**7) / 100:.2f}",
            currency="HKD",
        )
        yield event.client_id.encode(), msgspec.json.encode(event)


class _Meter:
    """Records a second, from the return of the first poll that brought some; those count as given."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._ended: float | None = None
        self._counted = 0
        self.seen = 0

    def saw(self, count: int) -> None:
        self.seen += count
        if self._began is not None:
            self._counted += count
        elif count:
            self._began = time.perf_counter()

    def stop(self) -> None:
        self._ended = time.perf_counter()

    def rate(self) -> float:
        assert self._began is not None
        assert self._ended is not None
        return self._counted / (self._ended - self._began)


def _discard(settings: Settings, records: int) -> float:
    """By the library alone."""
    poll, close = (_kafka_python if settings.kafka_client == "kafka-python" else _librdkafka)(settings)
    meter = _Meter()
    gc.disable()  # as the product does while it works
    while meter.seen < records:
        meter.saw(poll())
    meter.stop()
    gc.enable()
    close()
    return meter.rate()


def _kafka_python(settings: Settings) -> tuple[Callable[[], int], Callable[[], None]]:
    consumer = KafkaConsumer(
        TOPIC_ACTIVITY,
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=settings.kafka_group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
        max_poll_records=MAX_POLL_RECORDS,
        max_partition_fetch_bytes=2 << 20,  # the sizes that the product reads with
        fetch_max_bytes=16 << 20,
        isolation_level="read_committed",
        metrics_enabled=False,
    )
    return lambda: sum(map(len, consumer.poll(timeout_ms=200).values())), consumer.close


def _librdkafka(settings: Settings) -> tuple[Callable[[], int], Callable[[], None]]:
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap,
            "group.id": settings.kafka_group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": 6000,
            "fetch.message.max.bytes": 2 << 20,
            "fetch.max.bytes": 16 << 20,
            "fetch.queue.backoff.ms": 5,  # its own full second of rest would flatter us
        }
    )
    consumer.subscribe([TOPIC_ACTIVITY])
    return lambda: len(consumer.consume(MAX_POLL_RECORDS, 0.2)), consumer.close


class _Metered:
    """A source that counts what it hands out."""

    def __init__(self, source: Source, meter: _Meter) -> None:
        self._source = source
        self._meter = meter

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        polled = self._source.poll(timeout_s)
        self._meter.saw(sum(len(found.offsets) for found in polled if isinstance(found, RecordBatch)))
        return polled

    def close(self) -> None:
        """The consumer closes when the last record is kept: leaving the group is not counted."""
        self._meter.stop()
        self._source.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._source, name)


def _pipeline(settings: Settings, records: int) -> float:
    """Ingest as in service, until the last record is kept."""
    parts = open_parts(settings)
    schema.upgrade_schema(parts.store)
    meter = _Meter()
    source = _Metered(open_source(settings.kafka_client, kafka_config(parts), parts.metrics), meter)
    lanes = Lanes(parts, source)
    pace = Pace(settings.checkpoint_seconds, settings.checkpoint_events)
    consumer = Consumer(source, lanes.open, (), pace, parts.metrics, utc_now)
    consumer.run([TOPIC_ACTIVITY], _Until(lambda: meter.seen >= records))
    _check(parts, records)
    return meter.rate()


class _Until:
    """A stop that is set when something holds."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        self.is_set = holds


def _check(parts: Parts, records: int) -> None:
    with parts.store.read() as tx:
        kept = load_overview(tx)
    assert (kept.accepted, kept.duplicates, kept.dead_letters) == (records, 0, 0)


if __name__ == "__main__":
    main()
