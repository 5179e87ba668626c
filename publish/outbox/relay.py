"""The outbox to Kafka: at least once, for each key in the outbox's order. Why: docs/decisions/0012-outbox.md."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from publish.kafka.producer import Producer, ProducerUnavailable
from publish.outbox.delivery import Delivery, deliver
from store import outbox
from store.operations.turns import Turn
from store.unit_of_work import Store
from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

LEASE = "relay"
LEASE_TTL = timedelta(seconds=40)
RENEW_BEFORE_END = timedelta(seconds=30)  # the longest that one wave can take to fail: connect, flush, give up
BATCH = 1000
TRIES_IF_TOO_LARGE = 3  # a broker's limit may just have been raised; after that the message is set aside
IDLE_S = 0.5
LONGEST_PAUSE_S = 30.0
MEASURE_EVERY = timedelta(seconds=5)
FORGET_EVERY = timedelta(hours=1)
KEEP_SENT = timedelta(days=7)  # long enough to look into what was sent around an incident


class Relay:
    """One of any number of relays on a database; one at a time holds the lease and sends.

    Failure policy: retries for ever, counts each failure; a message too large for the broker is set aside with
    its reason after `TRIES_IF_TOO_LARGE` tries. Database failures that `Store.transact` cannot heal are raised.
    """

    def __init__(
        self, store: Store, producer: Producer, metrics: Metrics, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._store = store
        self._producer = producer
        self._metrics = metrics
        self._clock = clock
        self._turn = Turn(store, LEASE, owner, clock, ttl=LEASE_TTL, renew_before_end=RENEW_BEFORE_END)
        self._measured_at: datetime | None = None
        self._forgotten_at: datetime | None = None
        self._tries: Counter[int] = Counter()  # of messages that were too large, by outbox id
        self.failing = False  # whether the last round met a failure
        self._refused: str | None = None  # why Kafka did not take something that may be tried again

    def run_once(self) -> int:
        """Send one batch; how many were sent. 0 as well where another relay holds the lease.

        1. Hold the lease. 2. Read what is unsent. 3. Send. 4. Mark. Topics that fail do not keep others waiting.
        """
        self.failing, self._refused = False, None
        self._measure()
        if not self._turn.is_mine():
            return 0
        sent = 0
        stuck_topics: set[str] = set()
        while batch := self._read(stuck_topics):
            delivery = deliver(batch, self._producer, self._turn.is_mine)
            self._mark(delivery, {u.outbox_id: u.message.topic for u in batch})
            sent += len(delivery.sent)
            if not delivery.failures:
                break
            self.failing = True
            stuck_topics |= delivery.stuck_topics
            if not self._turn.is_mine():
                break
        return sent

    def run(self, stop: Event, worked: Callable[[], None] = lambda: None) -> None:
        """Send until `stop` is set, then give the lease back. Pauses when idle, longer and longer where some topics
        fail. Calls `worked` after each round. Raises ProducerUnavailable after one in which Kafka took nothing.
        """
        pause_s = IDLE_S
        try:
            while not stop.is_set():
                sent = self.run_once()
                if self._refused is not None and not sent:
                    raise ProducerUnavailable(self._refused)
                worked()
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S) if self.failing else IDLE_S
                if self.failing or not sent:
                    stop.wait(pause_s)
                self._forget_sent()
        finally:
            self._turn.release()

    def _read(self, stuck_topics: set[str]) -> list[outbox.Unsent]:
        with self._store.read() as tx:
            return outbox.load_unsent(tx, BATCH, but_not=stuck_topics)

    def _mark(self, delivery: Delivery, topics: dict[int, str]) -> None:
        self._tries.update(delivery.too_large.keys())
        refused = {i: why for i, why in delivery.too_large.items() if self._tries[i] >= TRIES_IF_TOO_LARGE}
        now = self._clock()
        self._store.transact(lambda tx: outbox.mark_outcomes(tx, delivery.sent, refused, now))
        for outbox_id in delivery.sent:
            self._metrics.relayed.labels(topics[outbox_id]).inc()
            self._tries.pop(outbox_id, None)
        for outbox_id, why in refused.items():
            self._metrics.refused.labels(topics[outbox_id]).inc()
            self._tries.pop(outbox_id, None)
            log.error("a message was set aside", extra={"outbox_id": outbox_id, "reason": why})
        if delivery.failures:
            self._metrics.relay_failures.inc(len(delivery.failures))
            first, why = min(delivery.failures.items())
            self._refused = delivery.failed.get(first, self._refused)
            if delivery.sent:  # where nothing goes out, `run` raises
                log.warning("sends failed", extra={"count": len(delivery.failures), "first": first, "reason": why})

    def _measure(self) -> None:
        now = self._clock()
        if self._measured_at is not None and now < self._measured_at + MEASURE_EVERY:
            return
        with self._store.read() as tx:
            count, oldest = outbox.queue_depth(tx)
        self._metrics.outbox_depth.set(count)
        self._metrics.outbox_age_s.set(0 if oldest is None else max(0.0, (now - oldest).total_seconds()))
        self._measured_at = now

    def _forget_sent(self) -> None:
        now = self._clock()
        if self._forgotten_at is not None and now < self._forgotten_at + FORGET_EVERY:
            return
        if not self._turn.is_mine():
            return
        self._store.transact(lambda tx: outbox.forget_sent(tx, now - KEEP_SENT))
        self._forgotten_at = now
