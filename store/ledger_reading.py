"""Reading the weekly ledger in columns, for the detector and for ingest at its start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.checkpoint import LedgerDeltas
from store.tables import client, ledger

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_ROWS_A_FETCH = 20_000  # bounds the Python objects alive at a time


@dataclass(frozen=True, slots=True)
class WeeklyHistory:
    """n clients by w weeks, oldest week first; a week without a row is 0. Sorted by client id."""

    client_ids: list[str]
    first_week: Int32  # (n,)
    debit_minor: Int64  # (n, w)
    credit_minor: Int64  # (n, w)


@dataclass(frozen=True, slots=True)
class WeekRows:
    """One week's rows of a shard, parallel columns of length n, sorted by client id."""

    client_ids: list[str]
    first_week: Int32
    debit_minor: Int64
    credit_minor: Int64
    revision: Int32  # of each ledger row


def load_history(tx: Connection, shard: int, last_week: int, weeks: int) -> WeeklyHistory:
    """The `weeks` weeks up to `last_week`, inclusive, of the clients that had begun by then and had not closed."""
    first = last_week - weeks + 1
    begun = sa.and_(
        client.c.shard == shard,
        client.c.first_week <= last_week,
        sa.or_(client.c.last_week.is_(None), client.c.last_week >= last_week),
    )
    ids: list[tuple[str, int]] = sorted(
        (row.client_id, row.first_week)
        for row in tx.execute(sa.select(client.c.client_id, client.c.first_week).where(begun))
    )
    history = WeeklyHistory(
        [client_id for client_id, _ in ids],
        np.array([first_week for _, first_week in ids], np.int32),
        np.zeros((len(ids), weeks), np.int64),
        np.zeros((len(ids), weeks), np.int64),
    )
    place = {client_id: i for i, client_id in enumerate(history.client_ids)}
    for ids_read, numbers in _rows(tx, shard, first, last_week):
        at = np.array([place.get(client_id, -1) for client_id in ids_read], np.int64)
        known = at >= 0
        week = numbers[0] - first
        history.debit_minor[at[known], week[known]] = numbers[1][known]
        history.credit_minor[at[known], week[known]] = numbers[2][known]
    return history


def load_week(tx: Connection, shard: int, week: int) -> WeekRows:
    """Every row of one week of a shard."""
    rows = tx.execute(
        sa.select(
            ledger.c.client_id, client.c.first_week, ledger.c.debit_minor, ledger.c.credit_minor, ledger.c.revision
        )
        .join(client, client.c.client_id == ledger.c.client_id)
        .where(ledger.c.shard == shard, ledger.c.week == week)
    ).all()
    columns = list(zip(*sorted(map(tuple, rows)), strict=True)) or [()] * 5
    kinds = (np.int32, np.int64, np.int64, np.int32)
    first_week, debit, credit, revision = (np.array(c, k) for c, k in zip(columns[1:], kinds, strict=True))
    return WeekRows(list(columns[0]), first_week, debit, credit, revision)


def totals(tx: Connection, shard: int, first_week: int) -> LedgerDeltas:
    """The ledger of a shard from a week on, as columns."""
    parts = list(_rows(tx, shard, first_week, None))
    if not parts:
        none = np.zeros(0, np.int64)
        return LedgerDeltas([], none.astype(np.int32), none, none, none, none)
    numbers = np.concatenate([part[1] for part in parts], axis=1)
    return LedgerDeltas([name for part in parts for name in part[0]], numbers[0].astype(np.int32), *numbers[1:])


def _rows(tx: Connection, shard: int, first: int, last: int | None) -> Iterator[tuple[list[str], Int64]]:
    """Pieces of (client ids, int64 (5, k): week, debit, credit, debit count, credit count)."""
    columns = (
        ledger.c.client_id, ledger.c.week, ledger.c.debit_minor, ledger.c.credit_minor, ledger.c.debit_count,
        ledger.c.credit_count,
    )  # fmt: skip
    query = sa.select(*columns).where(ledger.c.shard == shard, ledger.c.week >= first)
    if last is not None:
        query = query.where(ledger.c.week <= last)
    found = tx.execute(query, execution_options={"stream_results": True, "max_row_buffer": _ROWS_A_FETCH})
    while rows := found.fetchmany(_ROWS_A_FETCH):
        ids, *numbers = zip(*rows, strict=True)
        flat = np.fromiter(chain.from_iterable(numbers), np.int64, 5 * len(rows))
        yield list(ids), flat.reshape(5, len(rows))
