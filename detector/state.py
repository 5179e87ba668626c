"""One shard's memory: 69 weeks of running volume of every client. Source: docs/decisions/0008-detector-state.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.habits import RECENT_WEEKS, Habits
from detector.comparisons.sums import Ints
from detector.comparisons.windows import LAGS, LONGEST
from detector.ids import IdIndex, Ids, Rows, encode
from schemas.errors import EbbwatchError

ROWS = 3  # debit, credit, payments
MONEY = slice(0, 2)  # of them
SLOTS = LONGEST + 1  # running totals of the week judged and of the 68 before it
HISTORY_WEEKS = LONGEST - 1  # weeks before the one judged that any comparison reaches
_NOT_BEGUN = np.iinfo(np.int32).max
GROWTH = 32  # room for one in 32 more clients when rows run out: 3 % of memory against a copy of it all
MAX_WEEK_MINOR = (2**63 - 1) // 104  # both series over 52 weeks stay within int64; larger weeks count as this


class WeekOutOfOrder(EbbwatchError):
    """Weeks are judged one after the other, none left out; this one is not the next."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(f"the next week is {expected}, not {got}")
        self.expected, self.got = expected, got


class StateSpent(EbbwatchError):
    """This state was handed to a step, which went on with its memory; use the state that the step returned."""

    def __init__(self) -> None:
        super().__init__("this detector state has moved on")


class UnknownClient(EbbwatchError):
    """The detector has no memory of this client, or did not judge it this week."""

    def __init__(self, client_id: str) -> None:
        super().__init__(f"client {client_id} was not judged")
        self.client_id = client_id


@dataclass(slots=True)
class Memory:
    """Columns by row (client), the rows from `size` on still free.

    `ring`: int64 (SLOTS, ROWS, capacity), [week % SLOTS, debit, credit or payments, row] = all minor units, or
    payments, up to and with that week, less what lies before the ring. `first_week`: int32 (capacity,). `habits`:
    what clients usually do.
    """

    index: IdIndex
    size: int
    first_week: npt.NDArray[np.int32]
    ring: Ints
    habits: Habits

    @property
    def nbytes(self) -> int:
        return self.index.nbytes + self.first_week.nbytes + self.ring.nbytes + self.habits.nbytes

    def join(self, ids: Ids) -> Rows:
        """Give rows of zeros to unknown clients; int32 rows in the order of `ids`. ValueError where one repeats."""
        first, last = self.size, self.size + len(ids)
        index = self.index.extended(ids, first)
        if last > self.ring.shape[2]:
            self._grow(last + last // GROWTH)
        self.index, self.size = index, last
        self.first_week[first:last] = _NOT_BEGUN
        return np.arange(first, last, dtype=np.int32)

    def _grow(self, capacity: int) -> None:
        ring = np.zeros((SLOTS, ROWS, capacity), np.int64)
        ring[:, :, : self.size] = self.ring[:, :, : self.size]
        first_week = np.zeros(capacity, np.int32)
        first_week[: self.size] = self.first_week[: self.size]
        self.ring, self.first_week = ring, first_week
        self.habits = self.habits.grown(capacity, self.size)

    def forget(self, week: int, rows: Rows, first_week: npt.NDArray[np.int32]) -> None:
        """Let clients begin anew with `first_week`, which is `week`, not yet learned, or before it.

        Running totals before it become that of the week before it, so that no window finds any volume there, and
        the habits are those of the weeks that are left: all as if made from a history that begins there.
        """
        oldest = week - HISTORY_WEEKS
        for at in range(oldest - 1, week):
            older = at < first_week - 1
            self.ring[at % SLOTS][:, rows[older]] = self.ring[(first_week[older] - 1) % SLOTS, :, rows[older]].T
        totals, habits = self.ring[:, :, rows], Habits.none(len(rows))
        for at in range(oldest, week):
            before, long_before = at - 1, max(at - 1 - RECENT_WEEKS, oldest - 1)
            habits.note(totals[at % SLOTS], totals[before % SLOTS], totals[long_before % SLOTS])
        self.habits.put(rows, habits)

    def note_habits(self, week: int, oldest: int) -> None:
        """Take a week that the ring has learned into the habits; the ring holds nothing from before `oldest`."""
        now, before, long_before = (
            self.ring[max(week - lag, oldest - 1) % SLOTS] for lag in (0, 1, 1 + RECENT_WEEKS)
        )
        self.habits.note(now, before, long_before)

    def weekly(self, week: int, rows: Rows) -> Ints:
        """int64 (LONGEST, ROWS, m): what `rows` did by weeks back from `week`."""
        slots = np.array([(week - lag) % SLOTS for lag in range(SLOTS)])
        totals = self.ring[np.ix_(slots, np.arange(ROWS), rows)]
        volumes: Ints = totals[:-1] - totals[1:]
        return volumes

    def cumulative(self, week: int, rows: Rows | slice, lags: tuple[int, ...] = LAGS) -> Mapping[int, Ints]:
        """Running totals of `rows` at every lag behind `week`, int64 (ROWS, m) each; views of a slice."""
        return {lag: self.ring[(week - lag) % SLOTS][:, rows] for lag in lags}


class ShardState:
    """All clients of one shard after `last_week` (None before the first). A step spends it: its memory moves on to
    the state that the step returns, and any later use of this one raises StateSpent.
    """

    __slots__ = ("_memory", "last_week")

    def __init__(self, memory: Memory, last_week: int | None) -> None:
        self._memory: Memory | None = memory
        self.last_week = last_week

    @classmethod
    def empty(cls) -> ShardState:
        """No client and no week; the first step may bring any week."""
        ring = np.zeros((SLOTS, ROWS, 0), np.int64)
        return cls(Memory(IdIndex.empty(), 0, np.zeros(0, np.int32), ring, Habits.none(0)), None)

    @classmethod
    def from_history(
        cls,
        client_ids: Sequence[str],
        first_week: npt.NDArray[np.int32],
        debit_minor: Ints,
        credit_minor: Ints,
        last_week: int,
        payments: Ints | None = None,
    ) -> ShardState:
        """The state that stepping through the weeks would reach. Needs HISTORY_WEEKS, or all since the first.

        Volumes: int64 (n, weeks), oldest first, ending with `last_week`, zero before a client's first week; older
        weeks than HISTORY_WEEKS are left aside. `payments`: the same shape, see `payments_of`. Raises ValueError
        for a history that is too short or out of shape.
        """
        ids = encode(client_ids)
        weeks = _check_history(len(ids), first_week, debit_minor, credit_minor, last_week)
        ring = np.zeros((SLOTS, ROWS, len(ids)), np.int64)
        slots = np.arange(last_week - weeks + 1, last_week + 1) % SLOTS
        for row, volumes in enumerate(
            (debit_minor, credit_minor, payments_of(debit_minor, credit_minor, payments))
        ):
            recent = bounded(volumes[:, volumes.shape[1] - weeks :])
            ring[slots, row] = np.cumsum(recent.T, axis=0)
        index = IdIndex.empty().extended(ids, 0)
        memory = Memory(index, len(ids), first_week.astype(np.int32), ring, Habits.none(len(ids)))
        oldest = last_week - weeks + 1
        for week in range(oldest, last_week + 1):
            memory.note_habits(week, oldest)
        return cls(memory, last_week)

    @property
    def clients(self) -> int:
        return self.memory.size

    @property
    def nbytes(self) -> int:
        """Bytes held, the index of client ids included."""
        return self.memory.nbytes

    @property
    def memory(self) -> Memory:
        """The columns, to read. Raises StateSpent after a step."""
        if self._memory is None:
            raise StateSpent
        return self._memory

    def spend(self) -> Memory:
        """Hand the columns over; this state is of no more use. Raises StateSpent the second time."""
        memory, self._memory = self.memory, None
        return memory


def bounded(volumes: Ints) -> Ints:
    """Volumes within MAX_WEEK_MINOR on either side of zero; the same array where all are."""
    if volumes.size and (volumes.max() > MAX_WEEK_MINOR or volumes.min() < -MAX_WEEK_MINOR):
        return np.clip(volumes, -MAX_WEEK_MINOR, MAX_WEEK_MINOR)
    return volumes


def payments_of(debit_minor: Ints, credit_minor: Ints, payments: Ints | None) -> Ints:
    """How many payments there were, any shape; where nobody counted, one where there was any turnover."""
    if payments is not None:
        return payments
    one: Ints = (debit_minor + credit_minor != 0).astype(np.int64)
    return one


def _check_history(
    clients: int, first_week: npt.NDArray[np.int32], debit: Ints, credit: Ints, last_week: int
) -> int:
    """Weeks to take over from a history, or ValueError."""
    if debit.shape != credit.shape or debit.shape[0] != clients or first_week.shape != (clients,):
        raise ValueError(
            f"history of {clients} clients has shapes {debit.shape}, {credit.shape}, {first_week.shape}"
        )
    weeks: int = min(debit.shape[1], HISTORY_WEEKS)
    if clients and weeks < min(HISTORY_WEEKS, last_week - int(first_week.min()) + 1):
        raise ValueError(f"{debit.shape[1]} weeks of history do not reach back far enough")
    return weeks
