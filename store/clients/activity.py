"""One client's weeks, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.vocabulary import WeekStateName
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week

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


def load_activity(tx: Connection, client_id: str, weeks: int, lead_in: int) -> Activity:
    """The last `weeks` weeks up to the newest of the client's shard, and up to `lead_in` before them.

    Begins at the client's first week at the earliest; empty for a client without any.
    """
    rows = _shard_weeks(tx, client_id, weeks + lead_in)
    if not rows or rows[0].shard is None or rows[0].first_week is None:
        return _without_gaps(0, 0, (), {})
    began, open_from = rows[0].first_week, rows[0].next_to_close
    known: dict[int, WeekStateName] = {row.week: row.state for row in rows if row.week is not None}
    last = max(began, *known) if known else began
    shown = max(began, last - weeks + 1)
    first = max(began, shown - lead_in)
    # A week that has no row of its own is closed when it lies before the oldest open one.
    states = tuple(
        known.get(week, "closed" if open_from is not None and week < open_from else "open")
        for week in range(first, last + 1)
    )
    moved = sa.select(ledger.c.week, *(ledger.c[name] for name in _COLUMNS)).where(
        ledger.c.client_id == client_id, ledger.c.week.between(first, last)
    )
    return _without_gaps(first, shown - first, states, {row.week: row[1:] for row in tx.execute(moved)})


def _shard_weeks(tx: Connection, client_id: str, weeks: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The client's shard and first week, with the newest `weeks` weeks of that shard: one row where it has none."""
    its_shard = sa.select(client.c.shard).where(client.c.client_id == client_id).scalar_subquery()
    newest = sa.select(sa.func.max(shard_week.c.week)).where(shard_week.c.shard == its_shard).scalar_subquery()
    late = sa.and_(shard_week.c.shard == client.c.shard, shard_week.c.week > newest - weeks)
    return tx.execute(
        sa.select(client.c.shard, client.c.first_week, shard.c.next_to_close, shard_week.c.week, shard_week.c.state)
        .select_from(client)
        .outerjoin(shard, shard.c.shard == client.c.shard)
        .outerjoin(shard_week, late)
        .where(client.c.client_id == client_id)
    ).all()


def _without_gaps(
    first: int, lead_in: int, states: tuple[WeekStateName, ...], amounts: dict[int, tuple[int, ...]]
) -> Activity:
    table = np.zeros((len(_COLUMNS), len(states)), np.int64)
    for week, row in amounts.items():
        table[:, week - first] = row
    return Activity(first, lead_in, states, *table)
