"""A long stream of a simulated bank with everything that goes wrong on the way: repeats, disorder, rubbish."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from feeds.encoding import encode_bookings, encode_client, encode_week_closed
from feeds.simulated_bank import SimulatedBank
from publish.kafka.producer import Producer
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from store.tables.ledger import shard_week, topic_offset
from store.tables.operations import outbox
from store.unit_of_work import Store

REPEATED, REWRITTEN, RUBBISH = 0.01, 0.003, 0.002  # shares of the events


class NoisyStream:
    """Weeks of a bank of `clients`, from `first_week` on. Counts what it sends."""

    def __init__(self, producer: Producer, clients: int, first_week: int, seed: int = 7) -> None:
        self._producer = producer
        self._bank = SimulatedBank(seed, clients, 4, first_week=first_week, leaver_share=0.3)
        self._random = random.Random(seed)
        self._first_week = first_week
        self.events = self.repeats = self.rubbish = self.markers = 0

    @property
    def records(self) -> int:
        """Of corebank.activity, all kinds together."""
        return self.events + self.repeats + self.rubbish + self.markers

    def send_clients(self) -> None:
        for record in self._bank.client_records():
            self._producer.send(TOPIC_CLIENTS, record.client_id.encode(), encode_client(record))
        self._producer.flush(30)

    def send_week(self, week: int) -> None:
        """Events in disorder, some again and some of those written otherwise, rubbish between; then the markers."""
        bookings = self._bank.bookings(week)
        keys = [client_id.encode() for client_id in bookings["client_id"].to_list()]
        good = list(zip(keys, encode_bookings(bookings), strict=True))
        sent = Counter(self._producer.partition_for(TOPIC_ACTIVITY, key) for key in keys)
        again = list(self._again(good))
        rubbish = [
            (b"C000001", b'{"type":"transaction","amount":') for _ in good if self._random.random() < RUBBISH
        ]
        mixed = good + again + rubbish
        self._random.shuffle(mixed)
        for key, value in mixed:
            self._producer.send(TOPIC_ACTIVITY, key, value)
        self._producer.flush(30)  # the markers come after everything they count
        for partition in range(self._producer.partitions(TOPIC_ACTIVITY)):
            marker = encode_week_closed("stream", week, partition, sent[partition])
            self._producer.send(TOPIC_ACTIVITY, b"", marker, partition)
            self.markers += 1
        self._producer.flush(30)
        self.events += len(good)
        self.repeats += len(again)
        self.rubbish += len(rubbish)

    def _again(self, good: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        for key, value in good:
            draw = self._random.random()
            if draw < REWRITTEN:
                fields = list(json.loads(value).items())
                self._random.shuffle(fields)
                yield key, json.dumps(dict(fields), indent=1).encode()
            elif draw < REWRITTEN + REPEATED:
                yield key, value


def settled(store: Store, stream: NoisyStream) -> bool:
    """Everything sent has been taken in, judged and passed on."""
    unjudged = shard_week.c.judged_revision < shard_week.c.revision
    with store.read() as tx:
        taken = tx.scalar(
            sa.select(sa.func.sum(topic_offset.c.next_offset)).where(topic_offset.c.topic == TOPIC_ACTIVITY)
        )
        waiting = tx.scalar(sa.select(sa.func.count()).select_from(shard_week).where(unjudged))
        unsent = tx.scalar(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None)))
    return taken == stream.records and not waiting and not unsent
