"""One client's weeks, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week

WeekStateName = Literal["open", "held", "closed"]
_COLUMNS = ("debit_minor", "credit_minor", "debit_count", "credit_count")


@dataclass(frozen=True, slots=True)
class Activity:
    """Weeks `first_week` onwards without a gap, oldest first; zeros where silent. Arrays int64, shape (weeks,).

    The first `lead_in` of them are there for the baselines alone.
    """

    first_week: int
    lead_in: int
    states: tuple[WeekStateName, ...]
    debit_minor: npt.NDArray[np.int64]
    credit_minor: npt.NDArray[np.int64]
    debit_count: npt.NDArray[np.int64]
    credit_count: npt.NDArray[np.int64]


def load(tx: Connection, client_id: str, weeks: int, lead_in: int) -> Activity:
    """The last `weeks` weeks up to the newest of the client's shard, and up to `lead_in` before them.

    Begins at the client's first week at the earliest; empty for a client without any.
    """
    home = tx.execute(
        sa.select(client.c.shard, client.c.first_week).where(client.c.client_id == client_id)
    ).one_or_none()
    if home is None or home.shard is None or home.first_week is None:
        return _filled(0, 0, (), {})
    newest = tx.scalar(sa.select(sa.func.max(shard_week.c.week)).where(shard_week.c.shard == home.shard))
    last = max(home.first_week, newest if newest is not None else home.first_week)
    shown = max(home.first_week, last - weeks + 1)
    first = max(home.first_week, shown - lead_in)
    rows = tx.execute(
        sa.select(ledger.c.week, *(ledger.c[name] for name in _COLUMNS)).where(
            ledger.c.client_id == client_id, ledger.c.week.between(first, last)
        )
    )
    amounts = {row.week: row[1:] for row in rows}
    return _filled(first, shown - first, _states(tx, home.shard, first, last), amounts)


def _states(tx: Connection, home: int, first: int, last: int) -> tuple[WeekStateName, ...]:
    """A week that has no row of its own is closed when it lies before the oldest open one."""
    rows = tx.execute(
        sa.select(shard_week.c.week, shard_week.c.state).where(
            shard_week.c.shard == home, shard_week.c.week.between(first, last)
        )
    )
    known: dict[int, WeekStateName] = {week: state for week, state in rows}  # noqa: C416 - Row is no tuple to mypy
    open_from = tx.scalar(sa.select(shard.c.next_to_close).where(shard.c.shard == home))
    return tuple(
        known.get(week, "closed" if open_from is not None and week < open_from else "open")
        for week in range(first, last + 1)
    )


def _filled(
    first: int, lead_in: int, states: tuple[WeekStateName, ...], amounts: dict[int, tuple[int, ...]]
) -> Activity:
    table = np.zeros((len(_COLUMNS), len(states)), np.int64)
    for week, row in amounts.items():
        table[:, week - first] = row
    return Activity(first, lead_in, states, *table)
