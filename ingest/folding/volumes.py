"""Weekly volumes of a shard's clients: what the database has, and what came since the last checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.arrays import Bool, Int8, Int32, Int64
from store.ledger.checkpoint import LedgerDeltas

LIMIT_MINOR = 2**62  # two totals below it differ by less than int64, so that a change can be written as one number
LIMIT_COUNT = 2**30  # likewise for the ledger's counts, which have 32 bits
_LIMITS = np.array([[LIMIT_MINOR], [LIMIT_MINOR], [LIMIT_COUNT], [LIMIT_COUNT]], np.int64)
_FIRST_CAPACITY = 256


class _Week:
    """One week, dense by client code: rows debit_minor, credit_minor, debit_count, credit_count."""

    __slots__ = ("changed", "new", "saved")

    def __init__(self, capacity: int) -> None:
        self.saved = np.zeros((4, capacity), np.int64)
        self.new = np.zeros((4, capacity), np.int64)
        self.changed = np.zeros(capacity, np.bool_)

    def grow(self, capacity: int) -> None:
        more = capacity - len(self.changed)
        if more > 0:
            self.saved = np.pad(self.saved, ((0, 0), (0, more)))
            self.new = np.pad(self.new, ((0, 0), (0, more)))
            self.changed = np.pad(self.changed, (0, more))


class Volumes:
    """Dense by (week, client code): 65 bytes each. Weeks come with their first event and are forgotten."""

    def __init__(self) -> None:
        self._weeks: dict[int, _Week] = {}
        self._peak = np.zeros(4)  # largest total that was saved, in either direction
        self._added = np.zeros(4)  # what could at most have come on top since

    def load(self, clients: Int32, weeks: Int32, totals: Int64) -> None:
        """Totals the database has: codes (n,), week numbers (n,), and int64 (4, n) in the order of _Week."""
        for number in np.unique(weeks).tolist():
            mine = weeks == number
            self._week(number, clients[mine]).saved[:, clients[mine]] = totals[:, mine]
        if totals.size:
            self._peak = np.abs(totals.astype(np.float64)).max(axis=1)

    def near_limit(self, minor: float, count: float) -> bool:
        """True where amounts that add up to `minor` (and `count` bookings) could bring some total to its limit."""
        most = self._peak + self._added + np.array([minor, minor, count, count])
        return bool(np.any(most >= _LIMITS[:, 0]))

    def risky(self, week: int, client: Int32, minor: Int64) -> Bool:
        """Mask of the transactions of one week whose client could come to a limit with them."""
        size = int(client.max()) + 1
        gross = np.bincount(client, np.abs(minor.astype(np.float64)), size)
        count = np.bincount(client, minlength=size)
        most = np.stack([gross, gross, count, count])
        volumes = self._weeks.get(week)
        if volumes is not None:
            n = min(size, len(volumes.changed))
            most[:, :n] += np.abs(volumes.saved[:, :n].astype(np.float64) + volumes.new[:, :n])
        at_limit: Bool = np.any(most >= _LIMITS, axis=0)
        return at_limit[client]

    def fits(self, week: int, client: int, change: Sequence[int]) -> bool:
        """Whether one client-week stays within the limits when `change` (4 numbers) is added."""
        volumes = self._weeks.get(week)
        before = [0, 0, 0, 0]
        if volumes is not None and client < len(volumes.changed):
            before = [
                a + b
                for a, b in zip(volumes.saved[:, client].tolist(), volumes.new[:, client].tolist(), strict=True)
            ]
        return all(abs(a + b) <= limit for a, b, limit in zip(before, change, _LIMITS[:, 0].tolist(), strict=True))

    def add(self, week: int, client: Int32, is_credit: Bool, minor: Int64, sign: Int8) -> None:
        """Transactions of one week, parallel columns."""
        volumes = self._week(week, client)
        capacity = len(volumes.changed)
        cell = client + is_credit * np.int64(capacity)
        np.add.at(volumes.new[:2].reshape(-1), cell, minor)
        np.add.at(volumes.new[2:].reshape(-1), cell, sign.astype(np.int64))
        volumes.changed[client] = True
        self._added += np.array([1.0, 1.0, 0.0, 0.0]) * float(np.abs(minor.astype(np.float64)).sum())
        self._added[2:] += len(client)

    def add_changes(self, week: int, client: Int32, changes: Int64) -> None:
        """Any changes of one week: codes (n,), and int64 (4, n) in the order of _Week."""
        volumes = self._week(week, client)
        for row, change in zip(volumes.new, changes, strict=True):
            np.add.at(row, client, change)
        volumes.changed[client] = True
        self._added += np.abs(changes.astype(np.float64)).sum(axis=1)

    def bookings(self, week: int, clients: int) -> Int64:
        """Bookings of a week by client code, int64 (clients,)."""
        counted = np.zeros(clients, np.int64)
        volumes = self._weeks.get(week)
        if volumes is not None:
            n = min(clients, len(volumes.changed))
            counted[:n] = (volumes.saved[2:, :n] + volumes.new[2:, :n]).sum(axis=0)
        return counted

    def is_empty(self, week: int) -> bool:
        """Whether no client has a booking in a week."""
        volumes = self._weeks.get(week)
        return volumes is None or not (volumes.saved[2:] + volumes.new[2:]).any()

    def drain(self, names: Sequence[str]) -> LedgerDeltas:
        """What came since the last drain. It counts as saved from here on."""
        codes, weeks, columns = [], [], []
        for number in sorted(self._weeks):
            volumes = self._weeks[number]
            mine = np.flatnonzero(volumes.changed)
            if not len(mine):
                continue
            codes.append(mine)
            weeks.append(np.full(len(mine), number, np.int32))
            columns.append(volumes.new[:, mine])
            volumes.saved[:, mine] += volumes.new[:, mine]
            volumes.new[:, mine] = 0
            volumes.changed[mine] = False
            self._peak = np.maximum(self._peak, np.abs(volumes.saved[:, mine].astype(np.float64)).max(axis=1))
        self._added[:] = 0
        changes = np.concatenate(columns, axis=1) if columns else np.zeros((4, 0), np.int64)
        order = np.concatenate(codes).tolist() if codes else []
        in_weeks = np.concatenate(weeks) if weeks else np.zeros(0, np.int32)
        return LedgerDeltas([names[code] for code in order], in_weeks, *changes)

    def forget_before(self, week: int) -> None:
        """Drop the weeks that can no longer change and are no longer looked back at. Drain first."""
        gone = [number for number in self._weeks if number < week]
        for number in gone:
            del self._weeks[number]
        if gone:
            tops = [np.abs(volumes.saved.astype(np.float64)).max(axis=1) for volumes in self._weeks.values()]
            self._peak = np.max(tops, axis=0) if tops else np.zeros(4)

    def _week(self, number: int, clients: Int32) -> _Week:
        top = int(clients.max()) + 1 if len(clients) else 1
        volumes = self._weeks.get(number)
        if volumes is None:
            others = [len(other.changed) for other in self._weeks.values()]
            volumes = self._weeks[number] = _Week(max([_FIRST_CAPACITY, top, *others]))
        elif top > len(volumes.changed):
            volumes.grow(max(top, 2 * len(volumes.changed)))
        return volumes
