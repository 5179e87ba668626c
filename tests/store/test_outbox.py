"""The queue of messages to Kafka."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from store import outbox
from store.outbox import Message

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
MESSAGES = [
    Message("ebbwatch.alerts", b"C1", b"{}"),
    Message("ebbwatch.deadletter", None, b"\x00\xff", 3),
    Message("corebank.clients", b"C1", None),
]


@pytest.fixture
def filled(store):
    with store.write() as tx:
        outbox.append_all(tx, MESSAGES, AT)
    return store


def test_messages_wait_in_the_order_of_writing(filled) -> None:
    with filled.write() as tx:
        outbox.append_all(tx, [Message("ebbwatch.alerts", b"C2", b"{}")], AT)
        waiting = outbox.load_unsent(tx, 10)
    assert [u.message for u in waiting] == [*MESSAGES, Message("ebbwatch.alerts", b"C2", b"{}")]
    assert [u.outbox_id for u in waiting] == sorted(u.outbox_id for u in waiting)


def test_the_oldest_come_first_and_topics_can_be_left_out(filled) -> None:
    with filled.read() as tx:
        assert [u.message for u in outbox.load_unsent(tx, 2)] == MESSAGES[:2]
        assert [u.message for u in outbox.load_unsent(tx, 2, but_not={"ebbwatch.alerts"})] == MESSAGES[1:]


def test_sent_and_refused_messages_no_longer_wait(filled) -> None:
    with filled.write() as tx:
        first, second, third = (u.outbox_id for u in outbox.load_unsent(tx, 10))
        outbox.mark_outcomes(tx, [first], {third: "too large"}, AT)
        assert [u.outbox_id for u in outbox.load_unsent(tx, 10)] == [second]
        assert outbox.queue_depth(tx) == (1, AT)


def test_an_unmarked_message_is_found_whatever_was_marked_after_it(filled) -> None:
    with filled.write() as tx:
        first, *later = (u.outbox_id for u in outbox.load_unsent(tx, 10))
        outbox.mark_sent(tx, later, AT)
        assert [u.outbox_id for u in outbox.load_unsent(tx, 10)] == [first]


def test_what_is_rolled_back_never_waits(store) -> None:
    with pytest.raises(RuntimeError), store.write() as tx:
        outbox.append_all(tx, MESSAGES, AT)
        raise RuntimeError
    with store.read() as tx:
        assert outbox.queue_depth(tx) == (0, None)


def test_purging_keeps_the_unsent_the_refused_and_the_newly_sent(filled) -> None:
    with filled.write() as tx:
        first, second, third = (u.outbox_id for u in outbox.load_unsent(tx, 10))
        outbox.mark_outcomes(tx, [first], {second: "too large"}, AT)
        assert outbox.forget_sent(tx, AT) == 0
        assert outbox.forget_sent(tx, AT + timedelta(seconds=1)) == 1
        assert [u.outbox_id for u in outbox.load_unsent(tx, 10)] == [third]


def test_thousands_are_marked_in_one_go(store) -> None:
    with store.write() as tx:
        outbox.append_all(tx, [Message("ebbwatch.alerts", b"C1", b"{}")] * 3000, AT)
        outbox.mark_sent(tx, [u.outbox_id for u in outbox.load_unsent(tx, 5000)], AT)
        assert outbox.queue_depth(tx)[0] == 0
