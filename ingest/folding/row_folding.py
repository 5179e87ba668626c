"""Folding rows among which no week closes: late, foreign, repeated, mixed, too big, or into the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from ingest.arrays import Bool
from ingest.decoding.decoded import Decoded, Reject, SummaryEvent
from ingest.folding.account_weeks import AccountWeeks, Change, by_week
from ingest.folding.closing import Witnesses
from ingest.folding.event_filter import EventFilter
from ingest.folding.event_rows import NO_HASH, NO_WEEK, REJECT, SUMMARY, Rows
from ingest.folding.membership import Membership
from ingest.folding.refusals import Refusals
from ingest.folding.volumes import Volumes
from ingest.folding.week_book import CLOSED, WeekBook
from store.ledger.checkpoint import Tally
from store.operations.refused_events import DeadLetter


class RowFolding:
    """Works on the parts of a shard that are handed in, and gathers its dead letters and its tally."""

    def __init__(
        self,
        book: WeekBook,
        witnesses: Witnesses,
        membership: Membership,
        events: EventFilter,
        volumes: Volumes,
        account_weeks: AccountWeeks,
    ) -> None:
        self._book = book
        self._witnesses = witnesses
        self._membership = membership
        self._events = events
        self._volumes = volumes
        self._account_weeks = account_weeks
        self.refusals = Refusals(events)
        self._letters: list[DeadLetter] = []
        self._accepted = self._late = self._duplicates = 0

    def begin_batch(self, decoded: Decoded) -> None:
        """The batch that the rows to come are of."""
        self._batch = decoded.batch
        self._summaries: dict[int, SummaryEvent] = dict(decoded.summaries)
        self._rejects: dict[int, Reject] = {reject.at: reject for reject in decoded.rejects}

    def fold(self, rows: Rows) -> None:
        """1. Refuse the bad, foreign, late. 2. Drop repeats. 3. Count and witness. 4. Refuse mixtures. 5. Add."""
        tight = self._near_limit(rows)
        if tight and len(rows) > 1 and self._summaries:
            for i in range(len(rows)):
                self.fold(rows.part(i, i + 1))
            return
        live, counted = self._refuse_unusable(rows)
        fresh = self._drop_repeats(rows, live, counted)
        new = rows if fresh.all() else rows.where(fresh)
        self._witnesses.add(new.time_s)
        self.refusals.mark_accepted(new.event_hash, new.week)
        self._count_received(rows, counted, fresh)
        mixed = self._account_weeks.refuse_mixed(new)
        if mixed.any():
            self._refuse(new, mixed, "mixed_feed", "its account sent the other kind of event for that week first")
            new = new.where(~mixed)
        if not self._summaries:
            self._add_transactions(new, tight)
            return
        summary = new.kind == SUMMARY
        self._add_transactions(new.where(~summary), tight)
        self._add_summaries(new.at[summary].tolist(), tight)

    def add_letter(self, letter: DeadLetter) -> None:
        """A record that never became a row."""
        self._letters.append(letter)

    def drain_letters(self) -> tuple[DeadLetter, ...]:
        """Dead letters since the last drain, in offset order."""
        letters, self._letters = sorted(self._letters, key=lambda letter: letter.offset), []
        return tuple(letters)

    def drain_tally(self, dead_letters: int) -> Tally:
        """What became of the events since the last drain."""
        tally = Tally(self._accepted, self._duplicates, self._late, dead_letters)
        self._accepted = self._late = self._duplicates = 0
        return tally

    # -- the steps -----------------------------------------------------------------------------------------------
    def _refuse_unusable(self, rows: Rows) -> tuple[Bool, Bool]:
        """Masks of the rows that may be folded, and of those that count as received of their week."""
        too_late = self._book.too_late(rows.week)
        live, counted = ~too_late, ~too_late
        if self._rejects:
            rejected = rows.kind == REJECT
            for at in rows.at[rejected].tolist():
                found = self._rejects[at]
                self._write_letter(at, found.reason, found.detail)
            live &= ~rejected
            known = rejected & counted & (rows.event_hash != NO_HASH) & (rows.week != NO_WEEK)
            if known.any():
                no_rate = np.array(
                    [self._rejects[at].reason == "no_rate" for at in rows.at[known].tolist()], np.bool_
                )
                counted[known] = self.refusals.remember(rows.event_hash[known], rows.week[known], no_rate)
            too_late &= ~rejected
        foreign = self._membership.foreign(rows.client)
        if foreign is not None:
            self._refuse(rows, foreign, "wrong_partition", "the client's events come in another partition")
            live &= ~foreign
            too_late &= ~foreign
        if too_late.any():
            self._refuse(rows, too_late, "too_late", "its week is past the correction horizon")
        return live, counted

    def _drop_repeats(self, rows: Rows, live: Bool, counted: Bool) -> Bool:
        """Mask of the rows seen for the first time; repeats no longer count as received."""
        if live.all():
            fresh, clash = self._events.admit(rows.event_hash, rows.body_hash, rows.week)
        else:
            fresh, clash = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
            fresh[live], clash[live] = self._events.admit(
                rows.event_hash[live], rows.body_hash[live], rows.week[live]
            )
        if fresh.all():
            return fresh
        if clash.any():
            self._refuse(rows, clash, "id_reused", "its event_id was used before, with another content")
        repeated = live & ~fresh & ~clash
        self._duplicates += int(repeated.sum())
        counted &= ~repeated
        return fresh

    def _count_received(self, rows: Rows, counted: Bool, fresh: Bool) -> None:
        came = rows if counted.all() else rows.where(counted)
        for week, mine in by_week(came.week):
            part = came if isinstance(mine, slice) else came.where(mine)
            again = self.refusals.count_refused(part.event_hash[part.kind != REJECT], week)
            self._book.count_received(week, len(part) - again, taken=bool(fresh[rows.week == week].any()))

    def _add_transactions(self, rows: Rows, tight: bool) -> None:
        for week, mine in by_week(rows.week):
            part = rows if isinstance(mine, slice) else rows.where(mine)
            if tight:
                part = part.where(~self._add_risky(week, part))
            if len(part):
                self._membership.record_activity(part.client, week)
                self._volumes.add(week, part.client, part.is_credit, part.minor, part.sign)
                self._tally(week, len(part))

    def _add_risky(self, week: int, rows: Rows) -> Bool:
        """Near a limit each event is tried by itself. Mask of the rows dealt with here."""
        risky = self._volumes.risky(week, rows.client, rows.minor)
        for i in np.flatnonzero(risky).tolist():
            minor, sign = int(rows.minor[i]), int(rows.sign[i])
            change = (0, minor, 0, sign) if rows.is_credit[i] else (minor, 0, sign, 0)
            client = int(rows.client[i])
            if self._volumes.fits(week, client, change):
                self._membership.record_activity(rows.client[i : i + 1], week)
                self._volumes.add_changes(week, rows.client[i : i + 1], np.array([change], np.int64).T)
                self._tally(week, 1)
            else:
                self._refuse_too_big(int(rows.at[i]))
        return risky

    def _add_summaries(self, ats: list[int], tight: bool) -> None:
        changes: dict[int, list[Change]] = defaultdict(list)
        counts: Counter[int] = Counter()
        for at in ats:
            event = self._summaries[at]
            made = self._account_weeks.revise(event)
            if made is None:
                self._duplicates += 1
            elif tight and not all(self._volumes.fits(event.week, client, change) for client, change in made):
                self._refuse_too_big(at)
            else:
                self._account_weeks.remember_summary(event)
                changes[event.week] += made
                counts[event.week] += 1
        for week, made in changes.items():
            clients = np.array([client for client, _ in made], np.int32)
            self._membership.record_activity(clients, week)
            self._volumes.add_changes(week, clients, np.array([change for _, change in made], np.int64).T)
            self._tally(week, counts[week])

    def _tally(self, week: int, events: int) -> None:
        if self._book.state(week) == CLOSED:
            self._late += events
        else:
            self._accepted += events

    def _near_limit(self, rows: Rows) -> bool:
        minor = float(np.abs(rows.minor.astype(np.float64)).sum())
        count = float(len(rows))
        for at in rows.at.tolist() if self._summaries else ():
            event = self._summaries.get(at)
            if event is not None:
                minor += abs(event.debit_minor) + abs(event.credit_minor)
                count += event.debit_count + event.credit_count
        return self._volumes.near_limit(minor, count)

    def _refuse_too_big(self, at: int) -> None:
        self._write_letter(at, "too_big", "a weekly total of its client would leave the range that can be kept")

    def _refuse(self, rows: Rows, which: Bool, reason: str, detail: str) -> None:
        for at in rows.at[which].tolist():
            self._write_letter(at, reason, detail)

    def _write_letter(self, at: int, reason: str, detail: str) -> None:
        batch = self._batch
        self._letters.append(
            DeadLetter(
                batch.topic, batch.partition, batch.offsets[at], batch.keys[at], batch.values[at], reason, detail
            )
        )
