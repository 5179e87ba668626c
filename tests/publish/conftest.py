"""A Kafka of the tests' own: remembers what arrived, fails as told, and a clock that moves by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from publish.kafka.producer import FailedSend, ProducerUnavailable, SendFailed
from publish.outbox.relay import Relay
from store import outbox
from store.unit_of_work import Store
from telemetry.metrics import Metrics


class Killed(BaseException):
    """The process ends here, as after SIGKILL."""


@dataclass
class FakeKafka:
    """What a broker has taken, and the ways in which it will not."""

    log: list[outbox.Message] = field(default_factory=list)
    largest: int = 1 << 20
    failing_topics: set[str] = field(default_factory=set)
    missing_topics: set[str] = field(default_factory=set)
    failing_keys: set[bytes | None] = field(default_factory=set)

    def values(self, topic: str, key: bytes | None = None) -> list[bytes | None]:
        return [m.value for m in self.log if m.topic == topic and key in {None, m.key}]


@dataclass
class FakeProducer:
    """Implements Producer on a FakeKafka. `die_in`: flushes until the process is killed in one."""

    kafka: FakeKafka
    die_in: int | None = None
    flushes: int = 0
    under_way: list[outbox.Message] = field(default_factory=list)

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        _timestamp_ms: int | None = None,
    ) -> None:
        if topic in self.kafka.missing_topics:
            raise ProducerUnavailable(f"{topic}: unknown topic")
        self.under_way.append(outbox.Message(topic, key, value, partition))

    def flush(self, _timeout_s: float) -> None:
        self.flushes += 1
        failures = []
        for message in self.under_way:
            too_large = len(message.value or b"") > self.kafka.largest
            down = message.topic in self.kafka.failing_topics or message.key in self.kafka.failing_keys
            if too_large or down:
                failures.append(FailedSend(message.topic, message.key, "refused", too_large))
            else:
                self.kafka.log.append(message)
        self.under_way = []
        if self.flushes == self.die_in:
            raise Killed
        if failures:
            raise SendFailed(failures)

    def partitions(self, _topic: str) -> int:
        return 4

    def partition_for(self, _topic: str, key: bytes) -> int:
        return len(key) % 4

    def close(self) -> None:
        self.under_way = []


@dataclass
class HandClock:
    """Stands still until moved."""

    now: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def kafka() -> FakeKafka:
    return FakeKafka()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def make_relay(store: Store, kafka: FakeKafka, metrics: Metrics, clock: HandClock) -> Callable[..., Relay]:
    """Relays on one store and one Kafka: `make_relay(owner, die_in)`."""

    def make(owner: str = "relay-1", die_in: int | None = None) -> Relay:
        return Relay(store, FakeProducer(kafka, die_in), metrics, clock, owner)

    return make


@pytest.fixture
def put(store: Store, clock: HandClock) -> Callable[..., None]:
    """Write messages to the outbox in one transaction: `put((topic, key, value), ...)`."""

    def write(*messages: tuple[str, bytes | None, bytes]) -> None:
        with store.write() as tx:
            outbox.append_all(tx, [outbox.Message(*m) for m in messages], clock())

    return write


@pytest.fixture
def killed() -> type[Killed]:
    return Killed
