"""One partition's way from checked events to the weekly ledger. Pure of Kafka and of SQL: all I/O is outside.

What comes out depends on the records in offset order alone, wherever batches, checkpoints and restarts fall; only
closing an idle week looks at the clock. Not safe to share between threads. When a checkpoint could not be saved,
throw the shard away and build it again from what the database has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from ingest.decoding.codes import Codes
from ingest.decoding.decoded import Decoded, MarkerEvent
from ingest.folding.account_weeks import AccountWeeks
from ingest.folding.closing import (
    ClosingRules,
    Witnesses,
    others_complete_until_s,
    refusals_to_hold,
    thin_branches,
)
from ingest.folding.event_filter import EventFilter
from ingest.folding.event_rows import REJECT, Rows, rows_of
from ingest.folding.membership import Membership, Places
from ingest.folding.row_folding import RowFolding
from ingest.folding.volumes import Volumes
from ingest.folding.week_book import HELD, IDLE, MARKER, OPEN, WATERMARK, WeekBook
from schemas.weeks import WeekCalendar
from store.ledger.checkpoint import Checkpoint
from store.ledger.shards import OtherShard, ShardNews, StoredShard
from store.operations.refused_events import DeadLetter


class Shard:
    """Folds what was decoded, closes weeks, and hands out checkpoints.

    `clients` and `accounts` must be the Codes that the decoder of this partition uses, and of this partition alone.
    `places` asks the client table where ids seen for the first time are at home.
    """

    def __init__(
        self,
        saved: StoredShard,
        rules: ClosingRules,
        calendar: WeekCalendar,
        clients: Codes,
        accounts: Codes,
        places: Places,
    ) -> None:
        self._saved = saved
        self._rules = rules
        self._calendar = calendar
        self._clients = clients
        self._accounts = accounts
        self.next_offset = self._from_offset = saved.next_offset
        self._advanced_at = saved.advanced_at
        self._book = WeekBook(saved.next_to_close, rules, saved.weeks)
        self._witnesses = Witnesses(rules, saved.newest_events_s)
        self._membership = Membership(saved.shard, clients, places, saved.clients)
        self._events = EventFilter()
        for week, entries in saved.filter_entries:
            self._events.load(week, entries)
        self._volumes = Volumes()
        t = saved.totals
        codes = np.array([clients[name] for name in t.client_ids], np.int32)
        totals = np.stack([t.debit_minor, t.credit_minor, t.debit_count, t.credit_count])
        self._volumes.load(codes, t.weeks, totals)
        accounts_of_week = AccountWeeks(accounts, clients, self._events)
        accounts_of_week.load(saved.summaries)
        self._folding = RowFolding(
            self._book, self._witnesses, self._membership, self._events, self._volumes, accounts_of_week
        )
        self._account_weeks = accounts_of_week
        self._expired_before = self._book.floor
        self._held_empty = {held.week for held in self._book.held_weeks() if self._nothing_taken(held.week)}

    # -- what comes in -------------------------------------------------------------------------------------------
    def fold(self, decoded: Decoded, now: datetime, bank_now: datetime) -> None:
        """Work through a batch in offset order. A week closes at the record that closes it. `bank_now`: by the
        bank's clock, which runs ahead of the world's `now` beside a simulated bank.
        """
        if not decoded.batch.offsets:
            return
        rows = rows_of(decoded, self._accounts, self._calendar)
        self._folding.begin_batch(decoded)
        start = 0
        for at, marker in decoded.markers:
            stop = int(np.searchsorted(rows.at, at))
            self._fold_rows(rows.part(start, stop))
            self._take_marker(marker, bank_now)
            self._close_due()  # the marker may have shown an earlier first week, long past
            start = stop
        self._fold_rows(rows.part(start, len(rows)))
        self.next_offset = decoded.batch.offsets[-1] + 1
        self._advanced_at = now

    def skip_unreadable(self, offset: int, detail: str, now: datetime) -> None:
        """The Kafka client could not read a record: a dead letter without bytes takes its place."""
        letter = DeadLetter(self._saved.topic, self._saved.shard, offset, None, None, "unreadable_record", detail)
        self._folding.add_letter(letter)
        self.next_offset = offset + 1
        self._advanced_at = now

    def tick(self, now: datetime, bank_now: datetime, others: Iterable[OtherShard]) -> None:
        """Close weeks whose marker came before they were over, and weeks of an idle shard as far as every other
        shard that is not idle has come.
        """
        self._close_marked(bank_now)
        grace = timedelta(seconds=self._rules.idle_grace_s)
        if self._book.next_to_close is None or self._advanced_at is None or now - self._advanced_at < grace:
            return
        until_s = others_complete_until_s(others, now, grace, self._calendar)
        while until_s is not None and self._calendar.end_s(self._book.next_to_close) <= until_s:
            self._close(self._book.next_to_close, IDLE)

    def apply_news(self, news: ShardNews) -> None:
        """Take over what other processes changed: weeks that a person released, branches of clients."""
        for week in news.released:
            self._book.mark_released(week)
        self._membership.set_branches(news.branch_of)

    # -- what goes out -------------------------------------------------------------------------------------------
    def checkpoint(self, now: datetime) -> Checkpoint | None:
        """Everything since the last call; None when nothing changed. To be saved whole, or the shard reloaded."""
        weeks = self._book.drain()
        if self.next_offset == self._from_offset and not weeks:
            return None
        floor = self._book.floor
        self._account_weeks.add_to_filter(floor)
        letters = self._folding.drain_letters()
        checkpoint = Checkpoint(
            topic=self._saved.topic,
            topic_id=self._saved.topic_id,
            shard=self._saved.shard,
            from_offset=self._from_offset,
            next_offset=self.next_offset,
            at=now,
            deltas=self._volumes.drain(self._clients.names),
            weeks=weeks,
            filter_entries={week: entries for week, entries in self._events.drain().items() if week >= floor},
            expired_before=floor if floor > self._expired_before else None,
            summaries=tuple(row for row in self._account_weeks.drain() if row.week >= floor),
            dead_letters=letters,
            tally=self._folding.drain_tally(len(letters)),
            next_to_close=self._book.next_to_close,
            newest_events_s=self._witnesses.dump(),
            watermark_s=self._witnesses.watermark_s,
            first_weeks=self._membership.drain(),
        )
        self._from_offset = self.next_offset
        self._expired_before = floor
        for part in (self._book, self._volumes, self._account_weeks):
            part.forget_before(floor)
        return checkpoint

    # -- for displays --------------------------------------------------------------------------------------------
    @property
    def next_to_close(self) -> int | None:
        return self._book.next_to_close

    @property
    def watermark_s(self) -> int | None:
        return self._witnesses.watermark_s

    @property
    def open_weeks(self) -> int:
        return self._book.count(OPEN)

    @property
    def held_weeks(self) -> int:
        return self._book.count(HELD)

    # -- the steps -----------------------------------------------------------------------------------------------
    def _fold_rows(self, rows: Rows) -> None:
        start = 0
        while start < len(rows):
            stop = self._first_cut(rows, start)
            self._folding.fold(rows.part(start, stop))
            self._close_due()
            start = stop

    def _first_cut(self, rows: Rows, start: int) -> int:
        """The row after which a week may close, or another first week begin: up to there nothing can happen."""
        week = self._book.next_to_close
        if week is None:
            return start + 1
        stop = len(rows)
        if not self._book.started:
            earlier = np.flatnonzero((rows.week[start:] >= 0) & (rows.week[start:] < week))
            if len(earlier):
                stop = start + max(1, int(earlier[0]))
        end_s = self._calendar.end_s(week)
        needed = max(1, self._witnesses.missing(end_s))
        past = self._witnesses.past(rows.time_s[start:stop], end_s)
        if len(past) >= needed:
            past = past[~self._events.contains(rows.event_hash[start:stop][past])]
            if len(past) >= needed:
                stop = start + int(past[needed - 1]) + 1
        return min([stop, *self._completing(rows, start, stop), *self._settling(rows, start, stop)])

    def _completing(self, rows: Rows, start: int, stop: int) -> list[int]:
        """Where a held week may reach the count that its sender named."""
        cuts = []
        for held in self._book.held_weeks():
            lacking = 0 if held.expected is None else held.expected - held.received
            mine = np.flatnonzero(rows.week[start:stop] == held.week) if lacking > 0 else ()
            if 0 < lacking <= len(mine):
                cuts.append(start + int(mine[lacking - 1]) + 1)
        return cuts

    def _settling(self, rows: Rows, start: int, stop: int) -> list[int]:
        """Where a week that is held for events that were refused may have enough of them."""
        cuts = []
        for held in self._book.held_weeks():
            lacking, empty = self._folding.refusals.count_without_rate(held.week), held.week in self._held_empty
            if not lacking and not empty:
                continue
            came = (rows.week[start:stop] == held.week) & (rows.kind[start:stop] != REJECT)
            mine, needed = np.flatnonzero(came), 1
            if not empty:
                most = self._rules.no_rate_hold_share * (held.received + len(mine))
                needed = max(1, lacking - int(most))
                mine = mine[self._folding.refusals.lacked_rate(rows.event_hash[start:stop][mine], held.week)]
            if needed <= len(mine):
                cuts.append(start + int(mine[needed - 1]) + 1)
        return cuts

    def _take_marker(self, marker: MarkerEvent, bank_now: datetime) -> None:
        if marker.week < self._book.floor:
            return
        self._book.set_expected(marker.week, marker.expected_events)
        if self._book.state(marker.week) == HELD:
            self._book.close_or_hold(marker.week, MARKER, self._reason_to_hold(marker.week))
        self._close_marked(bank_now)

    def _close_marked(self, bank_now: datetime) -> None:
        """Weeks up to the last that the sender has finished, but none before it is over: who is silent until
        Tuesday is not silent.
        """
        marked = self._book.last_expected
        while self._book.next_to_close is not None and marked is not None and self._book.next_to_close <= marked:
            if bank_now < self._calendar.end(self._book.next_to_close):
                return
            self._close(self._book.next_to_close, MARKER)

    def _close_due(self) -> None:
        settled = self._folding.refusals.drain_settled() | self._no_longer_empty()
        for held in self._book.held_weeks():
            fits = held.expected == held.received if held.expected is not None else held.week in settled
            if fits and self._reason_to_hold(held.week) is None:
                self._book.close_or_hold(held.week, WATERMARK if held.expected is None else MARKER, None)
        while self._book.next_to_close is not None and self._due(self._book.next_to_close):
            self._close(self._book.next_to_close, WATERMARK)

    def _due(self, week: int) -> bool:
        return self._witnesses.missing(self._calendar.end_s(week)) <= 0

    def _close(self, week: int, by: str) -> None:
        """Close the next week, forget what is past the horizon, close held weeks whose branches have filled up."""
        self._book.close_next(week, by, self._reason_to_hold(week))
        if self._book.state(week) == HELD and self._nothing_taken(week):
            self._held_empty.add(week)
        self._events.forget_before(self._book.floor)
        self._folding.refusals.forget_before(self._book.floor)
        self._held_empty = {held for held in self._held_empty if held >= self._book.floor}
        for held in self._book.held_weeks():
            if held.expected is None and held.week != week and self._reason_to_hold(held.week) is None:
                self._book.close_or_hold(held.week, WATERMARK, None)

    def _reason_to_hold(self, week: int) -> str | None:
        """Why the feed of a week looks incomplete; None where it does not."""
        state = self._book.get(week)
        if state.expected not in (None, state.received):
            return f"the sender put in {state.expected} events, {state.received} were received"
        without_rate = self._folding.refusals.count_without_rate(week)
        empty = self._nothing_taken(week)
        refused = refusals_to_hold(state.received, without_rate, self._rules, nothing_taken=empty)
        if refused is not None or state.expected is not None:
            return refused
        before = [self._bookings(w) for w in self._book.weeks_before(week)]
        return thin_branches(self._bookings(week), before, self._rules)

    def _nothing_taken(self, week: int) -> bool:
        return self._volumes.is_empty(week) and not self._account_weeks.has_summary(week)

    def _no_longer_empty(self) -> set[int]:
        """Held weeks of which something has been taken since the last look."""
        taken = {week for week in self._held_empty if not self._nothing_taken(week)}
        self._held_empty -= taken
        return taken

    def _bookings(self, week: int) -> dict[str, float]:
        return self._membership.by_branch(self._volumes.bookings(week, len(self._clients.names)))
