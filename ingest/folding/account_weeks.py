"""One account sends transactions or summaries for a week, never both: who sent which, and the newest summaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from ingest.arrays import Bool, Int32, Int64, UInt64
from ingest.decoding.codes import Codes
from ingest.decoding.decoded import SummaryEvent
from ingest.folding.event_filter import EventFilter
from ingest.folding.event_rows import SUMMARY, TRANSACTION, Rows
from store.ledger.checkpoint import SummaryRow

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

Change = tuple[int, tuple[int, int, int, int]]  # client code; debit and credit minor units, debit and credit count


class AccountWeeks:
    """The first kind to arrive wins an account's week.

    That an account sent transactions is remembered in the duplicate filter, as one entry more with an id made of
    account and week, so that it is saved and forgotten with the events themselves. `add_to_filter` puts all of a
    checkpoint's there at once.
    """

    def __init__(self, accounts: Codes, clients: Codes, events: EventFilter) -> None:
        self._accounts = accounts
        self._clients = clients
        self._events = events
        self._sent: dict[int, Bool] = {}  # week -> by account code: known to have sent transactions
        self._summed: dict[int, Bool] = {}  # week -> by account code: has a summary
        self._newest: dict[tuple[int, int, str], SummaryRow] = {}
        self._changed: set[tuple[int, int, str]] = set()
        self._not_in_filter: dict[int, list[Int32]] = defaultdict(list)  # week -> accounts not yet in the filter

    def load(self, summaries: Iterable[SummaryRow]) -> None:
        for row in summaries:
            account = self._accounts[row.account_id]
            self._newest[account, row.week, row.currency] = row
            self._flags(self._summed, row.week)[account] = True

    def refuse_mixed(self, rows: Rows) -> Bool:
        """Mask of rows that are of the other kind than their account's week; remembers the accounts of the rest."""
        refused = np.zeros(len(rows), np.bool_)
        is_summary = rows.kind == SUMMARY
        for week, mine in by_week(rows.week):
            if week in self._summed:
                refused[mine] = self._flags(self._summed, week)[rows.account[mine]] & ~is_summary[mine]
        if is_summary.any():
            asked = np.flatnonzero(is_summary)
            refused[asked] = self._sent_transactions(rows.account[asked], rows.week[asked])
            self._refuse_second_kind(rows, refused, is_summary)
        sent = ~refused & ~is_summary
        self._remember(rows.account[sent], rows.week[sent])
        return refused

    def revise(self, event: SummaryEvent) -> list[Change] | None:
        """What a summary changes in the ledger; None where the same or a higher revision is already in it."""
        old = self._newest.get((self._accounts[event.account_id], event.week, event.currency))
        new = (event.debit_minor, event.credit_minor, event.debit_count, event.credit_count)
        if old is None:
            return [(event.client, new)]
        if event.revision <= old.revision:
            return None
        was = (old.debit_minor, old.credit_minor, old.debit_count, old.credit_count)
        if old.client_id != event.client_id:
            return [(self._clients[old.client_id], (-was[0], -was[1], -was[2], -was[3])), (event.client, new)]
        return [(event.client, (new[0] - was[0], new[1] - was[1], new[2] - was[2], new[3] - was[3]))]

    def remember_summary(self, event: SummaryEvent) -> None:
        """A summary was folded: it is now the newest of its account, week and currency."""
        account = self._accounts[event.account_id]
        key = (account, event.week, event.currency)
        self._newest[key] = SummaryRow(
            event.account_id, event.week, event.currency, event.client_id, event.revision,
            event.debit_minor, event.credit_minor, event.debit_count, event.credit_count,
        )  # fmt: skip
        self._changed.add(key)
        self._flags(self._summed, event.week)[account] = True

    def has_summary(self, week: int) -> bool:
        """Whether any account has one for the week."""
        return any(key[1] == week for key in self._newest)

    def add_to_filter(self, floor: int) -> None:
        """Put the accounts first seen since the last call, in weeks from `floor` on, into the duplicate filter."""
        for week in [number for number in self._not_in_filter if number >= floor]:
            first_seen = np.concatenate(self._not_in_filter[week])
            in_week = np.full(len(first_seen), week, np.int32)
            ids = self._ids(first_seen, in_week)
            self._events.admit(ids, np.zeros(len(ids), np.uint64), in_week)
        self._not_in_filter.clear()

    def drain(self) -> tuple[SummaryRow, ...]:
        """The summaries that changed since the last drain."""
        rows = tuple(self._newest[key] for key in sorted(self._changed))
        self._changed.clear()
        return rows

    def forget_before(self, week: int) -> None:
        for flags in (self._sent, self._summed):
            for gone in [number for number in flags if number < week]:
                del flags[gone]
        if any(key[1] < week for key in self._newest):
            self._newest = {key: row for key, row in self._newest.items() if key[1] >= week}

    def _refuse_second_kind(self, rows: Rows, refused: Bool, is_summary: Bool) -> None:
        """Both kinds of one account and week among rows that were undecided so far: the first one wins."""
        keys = (rows.account.astype(np.int64) << 32) | rows.week
        open_ = ~refused
        both = np.intersect1d(keys[open_ & is_summary], keys[open_ & ~is_summary])
        if not len(both):
            return
        winner: dict[int, int] = {}
        for i in np.flatnonzero(open_ & np.isin(keys, both)).tolist():
            kind = SUMMARY if is_summary[i] else TRANSACTION
            refused[i] = winner.setdefault(int(keys[i]), kind) != kind

    def _sent_transactions(self, accounts: Int32, weeks: Int32) -> Bool:
        known = np.zeros(len(accounts), np.bool_)
        for week, mine in by_week(weeks):
            known[mine] = self._flags(self._sent, week)[accounts[mine]]
        asked = np.flatnonzero(~known)
        if len(asked):
            known[asked] = self._events.contains(self._ids(accounts[asked], weeks[asked]))
        return known

    def _remember(self, accounts: Int32, weeks: Int32) -> None:
        for week, mine in by_week(weeks):
            flags = self._flags(self._sent, week)
            unseen = accounts[mine][~flags[accounts[mine]]]
            if len(unseen):
                flags[unseen] = True
                self._not_in_filter[week].append(unseen)

    def _ids(self, accounts: Int32, weeks: Int32) -> UInt64:
        """One 64-bit id an account and week (splitmix64 of the account's hash and the week)."""
        with np.errstate(over="ignore"):
            z = self._accounts.hashes()[accounts] ^ ((weeks.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
            z = (z ^ (z >> np.uint64(30))) * _MIX_1
            z = (z ^ (z >> np.uint64(27))) * _MIX_2
            ids: UInt64 = z ^ (z >> np.uint64(31))
        return ids

    def _flags(self, by_account: dict[int, Bool], week: int) -> Bool:
        flags = by_account.get(week)
        if flags is None or len(flags) < len(self._accounts.names):
            grown = np.zeros(max(256, 2 * len(self._accounts.names)), np.bool_)
            if flags is not None:
                grown[: len(flags)] = flags
            flags = by_account[week] = grown
        return flags


def by_week(weeks: Int32) -> Iterator[tuple[int, slice | Int64]]:
    """Each distinct week with the rows that are of it; a batch of one week costs next to nothing."""
    if not len(weeks):
        return
    low, high = int(weeks.min()), int(weeks.max())
    if low == high:
        yield low, slice(None)
        return
    for week in range(low, high + 1) if high - low < 8 else np.unique(weeks).tolist():
        mine = np.flatnonzero(weeks == week)
        if len(mine):
            yield week, mine
