"""From the outbox to Kafka: everything, in order for each key, whatever fails."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random
from threading import Event

import pytest

from publish.kafka.producer import ProducerUnavailable
from publish.outbox.relay import LEASE_TTL, TRIES_IF_TOO_LARGE
from store import outbox

A, B = "ebbwatch.alerts", "ebbwatch.deadletter"


def waiting(store) -> list[bytes | None]:
    with store.read() as tx:
        return [unsent.message.value for unsent in outbox.load_unsent(tx, 10_000)]


def test_messages_go_out_once_and_in_order(store, kafka, make_relay, put) -> None:
    put(*((A, b"C1", b"%d" % i) for i in range(5)), (A, b"C2", b"x"), (B, None, b"dead"))
    relay = make_relay()
    assert relay.run_once() == 7
    assert relay.run_once() == 0
    assert kafka.values(A, b"C1") == [b"0", b"1", b"2", b"3", b"4"]
    assert kafka.values(B) == [b"dead"]
    assert waiting(store) == []


@pytest.mark.parametrize("die_in", [1, 2, 3])
def test_killed_between_sending_and_marking_it_repeats_the_same_bytes(
    store, kafka, make_relay, put, clock, killed, die_in
) -> None:
    put(*((A, b"C1", b"%d" % i) for i in range(3)), (A, b"C2", b"x"))
    with pytest.raises(killed):
        make_relay("relay-1", die_in).run_once()
    clock.move(LEASE_TTL)
    make_relay("relay-2").run_once()
    sent = kafka.values(A, b"C1")
    assert sent[-3:] == [b"0", b"1", b"2"]
    assert sent[:-3] == [b"0", b"1", b"2"][:die_in]
    assert waiting(store) == []


def test_a_second_relay_stands_by_until_the_lease_runs_out(kafka, make_relay, put, clock) -> None:
    first, second = make_relay("relay-1"), make_relay("relay-2")
    assert first.run_once() == 0
    put((A, b"C1", b"0"))
    assert second.run_once() == 0
    clock.move(LEASE_TTL - timedelta(seconds=1))
    assert second.run_once() == 0
    clock.move(timedelta(seconds=1))
    assert second.run_once() == 1
    assert first.run_once() == 0
    assert kafka.values(A) == [b"0"]


def test_a_relay_that_sends_keeps_its_lease(kafka, make_relay, put, clock) -> None:
    first, second = make_relay("relay-1"), make_relay("relay-2")
    for i in range(6):
        put((A, b"C1", b"%d" % i))
        assert (first.run_once(), second.run_once()) == (1, 0)
        clock.move(LEASE_TTL * 0.6)
    assert len(kafka.values(A)) == 6


def test_after_a_failure_nothing_of_the_same_key_overtakes(store, kafka, make_relay, put) -> None:
    put((A, b"C1", b"0"), (A, b"C1", b"1"), (A, b"C2", b"x"))
    kafka.failing_keys.add(b"C1")
    relay = make_relay()
    assert relay.run_once() == 1
    assert relay.failing
    assert waiting(store) == [b"0", b"1"]
    kafka.failing_keys.clear()
    assert relay.run_once() == 2
    assert not relay.failing
    assert kafka.values(A, b"C1") == [b"0", b"1"]


@pytest.mark.parametrize("kind", ["failing_topics", "missing_topics"])
def test_a_topic_that_takes_nothing_does_not_hold_up_the_others(store, kafka, make_relay, put, kind) -> None:
    put(*((B, None, b"dead") for _ in range(1500)), (A, b"C1", b"0"))
    getattr(kafka, kind).add(B)
    assert make_relay().run_once() == 1
    assert kafka.values(A) == [b"0"]
    assert len(waiting(store)) == 1500


def test_a_message_too_large_is_set_aside_after_some_tries_and_its_key_goes_on(
    store, kafka, make_relay, put, metrics
) -> None:
    kafka.largest = 10
    put((A, b"C1", b"far too large"), (A, b"C1", b"1"), (A, b"C2", b"x"))
    relay = make_relay()
    for _ in range(TRIES_IF_TOO_LARGE):
        assert kafka.values(A, b"C1") == []
        relay.run_once()
    assert relay.run_once() == 1
    assert kafka.values(A) == [b"x", b"1"]
    assert waiting(store) == []
    assert metrics.registry.get_sample_value("ebbwatch_outbox_refused_total", {"topic": A}) == 1
    assert metrics.registry.get_sample_value("ebbwatch_outbox_failures_total") == TRIES_IF_TOO_LARGE


def test_among_messages_without_a_key_only_the_one_too_large_is_set_aside(store, kafka, make_relay, put) -> None:
    kafka.largest = 10
    put((B, None, b"0"), (B, None, b"far too large"), (B, None, b"2"))
    assert make_relay().run_once() == 2
    assert sorted(set(kafka.values(B))) == [b"0", b"2"]
    assert waiting(store) == []


def test_the_gauges_tell_what_waits(kafka, make_relay, put, clock, metrics) -> None:
    kafka.failing_topics.add(A)
    put((A, b"C1", b"0"), (A, b"C2", b"1"))
    relay = make_relay()
    relay.run_once()
    clock.move(timedelta(seconds=40))
    relay.run_once()
    assert metrics.registry.get_sample_value("ebbwatch_outbox_depth") == 2
    assert metrics.registry.get_sample_value("ebbwatch_outbox_oldest_age_seconds") == 40


def test_stopping_gives_the_lease_back_at_once(kafka, make_relay, put) -> None:
    stop = Event()
    stop.set()
    first = make_relay("relay-1")
    first.run_once()
    first.run(stop)
    put((A, b"C1", b"0"))
    assert make_relay("relay-2").run_once() == 1


def test_a_broker_that_takes_nothing_is_raised_and_the_lease_given_back(kafka, make_relay, put) -> None:
    kafka.failing_topics.add(A)
    put((A, b"C1", b"0"))
    with pytest.raises(ProducerUnavailable):
        make_relay("relay-1").run(Event())
    kafka.failing_topics.clear()
    assert make_relay("relay-2").run_once() == 1


def test_a_topic_that_fails_is_no_reason_to_end_while_others_are_sent(kafka, make_relay, put) -> None:
    kafka.failing_topics.add(A)
    put((A, b"C1", b"0"), (B, b"C1", b"1"))
    make_relay().run(StopAfter(1))
    assert kafka.values(B) == [b"1"]


def test_a_message_sent_long_ago_is_forgotten(store, kafka, make_relay, put, clock) -> None:
    put((A, b"C1", b"0"))
    relay = make_relay()
    relay.run_once()
    clock.move(timedelta(days=8))
    stop = StopAfter(1)
    relay.run(stop)
    with store.read() as tx:
        assert outbox.forget_sent(tx, clock()) == 0


@pytest.mark.parametrize("seed", range(12))
def test_whatever_fails_every_key_arrives_whole_and_in_order(
    store, kafka, make_relay, put, clock, killed, seed
) -> None:
    draw = Random(seed)
    keys = [b"C1", b"C2", b"C3"]
    written: dict[bytes, list[bytes]] = {key: [] for key in keys}
    for number in range(40):
        key = draw.choice(keys)
        written[key].append(b"%d" % number)
        put((A, key, b"%d" % number))
        kafka.failing_keys = {k for k in keys if draw.random() < 0.3}
        relay = make_relay(f"relay-{number}", draw.choice([None, None, 1, 2]))
        with suppress(killed):
            relay.run_once()
        clock.move(LEASE_TTL * draw.random() * 2)
    kafka.failing_keys = set()
    clock.move(LEASE_TTL)
    while make_relay("relay-last").run_once():
        pass
    assert waiting(store) == []
    for key in keys:
        assert list(dict.fromkeys(kafka.values(A, key))) == written[key]


class StopAfter(Event):
    """Set when it has been asked a number of times."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds

    def is_set(self) -> bool:
        self.rounds -= 1
        return self.rounds < 0

    def wait(self, _timeout: float | None = None) -> bool:
        return False
