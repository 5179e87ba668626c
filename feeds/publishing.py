"""Weeks of bookings as messages: the events of a week, then to every partition how many of them it got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

import polars as pl

from feeds.encoding import encode_bookings, encode_client, encode_week_closed
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, ClientRecord

FLUSH_TIMEOUT_S = 60.0  # a broker that takes longer for a week of events is gone


class Sender(Protocol):
    """The producer as the feeds know it. Failures come out of `flush`, or of `send`."""

    def send(self, topic: str, key: bytes, value: bytes, partition: int | None = None) -> None:
        """Hand over one message; by key where no partition is given."""

    def flush(self, timeout_s: float) -> None:
        """Return when all messages handed over are with the broker; raises where one is not."""

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""

    def partition_for(self, topic: str, key: bytes) -> int:
        """Where a message of that key goes."""


class Message(NamedTuple):
    """One record to send."""

    key: bytes
    value: bytes
    partition: int


def messages_of_week(
    week: int, bookings: pl.DataFrame, source: str, partitions: int, partition_of: Callable[[bytes], int]
) -> Iterator[Message]:
    """The events of a week, keyed by client, then one week_closed for each partition with the count it got."""
    keys = [client_id.encode() for client_id in bookings["client_id"].to_list()]
    homes = {key: partition_of(key) for key in set(keys)}
    sent: Counter[int] = Counter()
    for key, value in zip(keys, encode_bookings(bookings), strict=True):
        home = homes[key]
        sent[home] += 1
        yield Message(key, value, home)
    for partition in range(partitions):
        yield Message(b"", encode_week_closed(source, week, partition, sent[partition]), partition)


class Publisher:
    """Sends weeks and client records; each call returns when the broker has them."""

    def __init__(self, sender: Sender, source: str) -> None:
        """`source` goes into the ids of the week_closed events."""
        self._sender, self._source = sender, source
        self._homes: dict[bytes, int] = {}

    def publish_clients(self, records: Iterable[ClientRecord]) -> int:
        """Publish rows of the client master, keyed by client; returns how many."""
        sent = 0
        for record in records:
            self._sender.send(TOPIC_CLIENTS, record.client_id.encode(), encode_client(record))
            sent += 1
        if sent:
            self._sender.flush(FLUSH_TIMEOUT_S)
        return sent

    def publish_week(self, week: int, bookings: pl.DataFrame) -> int:
        """Publish one week, closed; returns the number of events without the markers."""
        partitions = self._sender.partitions(TOPIC_ACTIVITY)
        for key, value, partition in messages_of_week(week, bookings, self._source, partitions, self._home):
            self._sender.send(TOPIC_ACTIVITY, key, value, partition)
        self._sender.flush(FLUSH_TIMEOUT_S)
        return bookings.height

    def _home(self, key: bytes) -> int:
        if key not in self._homes:
            self._homes[key] = self._sender.partition_for(TOPIC_ACTIVITY, key)
        return self._homes[key]
