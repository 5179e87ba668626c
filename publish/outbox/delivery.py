"""Hand one batch to the producer and record what became of each message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from publish.kafka.producer import FailedSend, Producer, ProducerUnavailable, SendFailed
from publish.outbox.waves import Place, place_of, split_into_waves
from store.outbox import Unsent

FLUSH_S = 10.0  # a healthy broker answers in milliseconds


@dataclass(slots=True)
class Delivery:
    """What became of a batch. A message in none of the three was held back behind one that failed."""

    sent: list[int] = field(default_factory=list)  # outbox ids
    failed: dict[int, str] = field(default_factory=dict)  # outbox id -> why; trying again may help
    too_large: dict[int, str] = field(default_factory=dict)  # outbox id -> why; it will not
    stuck: set[Place] = field(default_factory=set)  # behind a message that is too large
    down: set[str] = field(default_factory=set)  # topics that take nothing for now

    @property
    def failures(self) -> dict[int, str]:
        """All that was handed over in vain: outbox id -> why."""
        return self.failed | self.too_large

    @property
    def stuck_topics(self) -> set[str]:
        """Topics with a failure."""
        return self.down | {topic for topic, _ in self.stuck}


def deliver(batch: Iterable[Unsent], producer: Producer, may_send: Callable[[], bool]) -> Delivery:
    """Send a batch, wave after wave, while `may_send` says so. Never raises for what Kafka refuses.

    After a failure nothing more of that topic goes out, and after one for size nothing more of that key.
    """
    delivery = Delivery()
    for wave in split_into_waves(batch):
        if not may_send():
            break
        free = [u for u in wave if u.message.topic not in delivery.down and place_of(u) not in delivery.stuck]
        _send(free, producer, delivery)
    return delivery


def _send(wave: list[Unsent], producer: Producer, delivery: Delivery) -> None:
    handed_over: list[Unsent] = []
    for unsent in wave:
        message = unsent.message
        if message.topic in delivery.down:
            continue
        try:
            producer.send(message.topic, message.key, message.value, message.partition)
        except ProducerUnavailable as error:
            delivery.down.add(message.topic)
            delivery.failed[unsent.outbox_id] = str(error)
        else:
            handed_over.append(unsent)
    _read_outcomes(handed_over, producer, delivery)


def _read_outcomes(handed_over: list[Unsent], producer: Producer, delivery: Delivery) -> None:
    if not handed_over:
        return
    try:
        producer.flush(FLUSH_S)
    except SendFailed as error:
        failures = {(f.topic, f.key): f for f in sorted(error.failures, key=lambda f: f.too_large)}
    else:
        failures = {}
    suspects = [u for u in handed_over if place_of(u) in failures]
    delivery.sent += [u.outbox_id for u in handed_over if place_of(u) not in failures]
    several = {place for place in failures if sum(place_of(u) == place for u in suspects) > 1}
    for unsent in suspects:
        failure = failures[place_of(unsent)]
        if failure.too_large and place_of(unsent) in several:
            _send([unsent], producer, delivery)  # without a key only a message sent alone tells that it is the one
        else:
            _record_failure(unsent, failure, delivery)


def _record_failure(unsent: Unsent, failure: FailedSend, delivery: Delivery) -> None:
    if not failure.too_large:
        delivery.failed[unsent.outbox_id] = failure.detail
        delivery.down.add(failure.topic)
        return
    delivery.too_large[unsent.outbox_id] = failure.detail
    if failure.key is not None:
        delivery.stuck.add(place_of(unsent))
