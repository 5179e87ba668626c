"""What goes wrong, and when: drawn from the seed, at every place where a process speaks to something else."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from store.unit_of_work import Store

OFTEN = (
    "killed before a transaction", "killed before the commit", "killed after the commit",
    "busy before a transaction", "busy at the commit", "connection lost after the commit", "busy at a read",
    "broker away", "partitions moved", "session expired", "process stopped", "process killed", "clock jumped",
)  # fmt: skip
SELDOM = (
    "stalled before a transaction", "stalled after the commit", "stalled in a send", "send refused",
    "acknowledgement lost", "killed before the send", "killed after the send", "killed before the offsets are told",
    "answer lost",
)  # fmt: skip
# Of each seed every kind has a rate of its own, often none: faults that are everywhere hide each other.
RATES_WHERE_OFTEN = (0.0, 0.0, 0.005, 0.02, 0.06)  # what there is an occasion for at every step
RATES_WHERE_SELDOM = (0.0, 0.0, 0.02, 0.1, 0.3)


class Killed(BaseException):
    """The process ends here, as after SIGKILL: no handler of the product runs on."""


class Faults:
    """Says of each place whether something goes wrong there now. Counts what did."""

    def __init__(self, draw: random.Random, *, active: bool) -> None:
        self.draw = draw
        self.active = active
        self.struck: Counter[str] = Counter()
        self._rates = {kind: draw.choice(RATES_WHERE_OFTEN) for kind in OFTEN}
        self._rates |= {kind: draw.choice(RATES_WHERE_SELDOM) for kind in SELDOM}

    def strikes(self, kind: str) -> bool:
        """Whether this kind of fault happens now."""
        if not self.active or self.draw.random() >= self._rates[kind]:
            return False
        self.struck[kind] += 1
        return True

    def kill(self, when: str) -> None:
        """Raises Killed, or nothing."""
        if self.strikes(f"killed {when}"):
            raise Killed


class FaultyStore(Store):
    """One process's store: killed, refused and kept waiting around its transactions, never inside one, for SQLite
    has one writer at a time. `stall` lets the other processes go on meanwhile.
    """

    def __init__(self, engine: Engine, faults: Faults, stall: Callable[[], None]) -> None:
        super().__init__(engine, sleep=lambda _seconds: None)
        self._faults = faults
        self._stall = stall

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self._faults.strikes("busy at a read"):
            raise _busy()
        with super().read() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Connection]:
        faults = self._faults
        if faults.strikes("stalled before a transaction"):
            self._stall()
        faults.kill("before a transaction")
        if faults.strikes("busy before a transaction"):
            raise _busy()
        with super().write() as tx:
            yield tx
            faults.kill("before the commit")
            if faults.strikes("busy at the commit"):
                raise _busy()
        faults.kill("after the commit")
        if faults.strikes("stalled after the commit"):
            self._stall()
        if faults.strikes("connection lost after the commit"):
            raise _busy()


def _busy() -> sa.exc.OperationalError:
    """What SQLite says of a busy database, and the product tries again after."""
    said = sqlite3.OperationalError("database is locked")
    said.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return sa.exc.OperationalError("COMMIT", None, said)
