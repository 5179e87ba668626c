"""The lane of one partition of corebank.activity: decode, fold, save."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from ingest.decoding.codes import Codes
from ingest.decoding.decoder import Decoder
from ingest.decoding.plausibility import IMPLAUSIBLE, PlausibilityCheck
from ingest.folding.closing import ClosingRules
from ingest.folding.shard import Shard
from ingest.kafka.records import RecordBatch, Unreadable
from schemas.weeks import WeekCalendar
from store.clients.client_master import Place, load_places
from store.ledger import checkpoint_saving, offsets, shards
from store.ledger.checkpoint import Checkpoint
from store.operations import dead_letters
from store.unit_of_work import Store
from telemetry.metrics import Metrics

CHECK_OTHERS_S = 5.0  # how often a shard asks how the others stand, and what people have released
NEWS_S = 30.0  # client branches change by the day


class ActivityLane:
    """Built from the database; raises what the store raises, and is then thrown away.

    `bank_clock` is what event times are compared with; with a simulated bank it is ahead of the world's, by which
    everything else goes.
    """

    def __init__(
        self,
        store: Store,
        topic: str,
        topic_id: str,
        partition: int,
        rules: ClosingRules,
        calendar: WeekCalendar,
        base_currency: str,
        rate_of: Callable[[str, int], Fraction | None],
        future_tolerance: timedelta,
        largest_minor: int,
        bank_clock: Callable[[], datetime],
        metrics: Metrics,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._topic, self._topic_id, self._partition = topic, topic_id, partition
        self._calendar = calendar
        self._rules = rules
        self._bank_clock = bank_clock
        self._metrics = metrics
        self._stopwatch = stopwatch
        self._checked_at = self._news_read_at = stopwatch()
        clients, accounts = Codes(), Codes()
        with store.read() as tx:
            saved = shards.load_shard(tx, topic, topic_id, partition, rules.memory_weeks)
        self._stands_at = saved.next_offset
        self._shard = Shard(saved, rules, calendar, clients, accounts, self._places)
        self._decoder = Decoder(
            calendar, base_currency, clients, accounts, rate_of, future_tolerance.total_seconds()
        )

        self._plausibility = PlausibilityCheck(largest_minor, self._released)

    @property
    def next_offset(self) -> int:
        return self._shard.next_offset

    def take(self, batch: RecordBatch, now: datetime) -> None:
        """Decode and fold a batch of this partition."""
        bank_now = self._bank_clock()
        decoded = self._decoder.decode(batch, bank_now.timestamp())
        self._shard.fold(self._plausibility.apply(decoded), now, bank_now)

    def take_unreadable(self, record: Unreadable, now: datetime) -> None:
        """A dead letter takes the place of a record that the client could not read."""
        self._shard.skip_unreadable(record.offset, record.detail, now)

    def tick(self, now: datetime, caught_up: bool) -> None:
        """Now and then: hear of releases and branches, and close what an idle partition may close.

        A partition with records still to be read is behind, not idle. Raises LostPartition where the offset was
        moved.
        """
        moment = self._stopwatch()
        if moment - self._checked_at < CHECK_OTHERS_S:
            return
        self._checked_at = moment
        with self._store.read() as tx:
            offsets.check_stands(tx, self._topic, self._topic_id, self._partition, self._stands_at)
            others = shards.load_others(tx, self._partition)
            news = shards.load_news(tx, self._partition) if moment - self._news_read_at >= NEWS_S else None
        if news is not None:
            self._news_read_at = moment
            self._shard.apply_news(news)
        if caught_up:
            self._shard.tick(now, self._bank_clock(), others)

    def save_checkpoint(self, now: datetime) -> bool:
        """One checkpoint in one transaction; False where nothing has changed. Raises LostPartition or HomeTaken."""
        checkpoint = self._shard.checkpoint(now)
        if checkpoint is None:
            return False
        self._store.transact(lambda tx: checkpoint_saving.save_checkpoint(tx, checkpoint))
        self._stands_at = checkpoint.next_offset
        self._count_saved(checkpoint)
        return True

    def update_gauges(self) -> None:
        """Show how the weeks stand."""
        self._metrics.open_weeks.labels(self._partition).set(self._shard.open_weeks)
        self._metrics.held_weeks.labels(self._partition).set(self._shard.held_weeks)
        self._metrics.week_close_age_s.labels(self._partition).set(self._overdue_s())

    def _overdue_s(self) -> float:
        week = self._shard.next_to_close
        if week is None:
            return 0.0
        due_s = self._calendar.end_s(week) + self._rules.allowed_lateness_s
        return max(0.0, self._bank_clock().timestamp() - due_s)

    def _count_saved(self, saved: Checkpoint) -> None:
        for counter, count in (
            (self._metrics.accepted, saved.tally.accepted),
            (self._metrics.duplicates, saved.tally.duplicates),
            (self._metrics.late, saved.tally.late),
        ):
            counter.labels(self._partition).inc(count)
        for letter in saved.dead_letters:
            self._metrics.dead_letters.labels(letter.reason).inc()

    def _released(self, values: Sequence[bytes]) -> Collection[bytes]:
        with self._store.read() as tx:
            return dead_letters.find_released(tx, IMPLAUSIBLE, values)

    def _places(self, client_ids: Sequence[str]) -> Mapping[str, Place]:
        with self._store.read() as tx:
            return load_places(tx, client_ids)
