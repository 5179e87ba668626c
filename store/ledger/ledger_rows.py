"""Ledger rows in bulk: increments, what they supersede, and zeros for the silent. One statement a kind of change.

PostgreSQL takes columns as arrays, SQLite takes rows; both do it in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.among import among
from store.ledger.checkpoint import LedgerDeltas
from store.tables.clients import client
from store.tables.ledger import ledger, shard_week
from store.upsert import insert

_ADD = """
    ON CONFLICT (client_id, week) DO UPDATE SET
        debit_minor = ledger.debit_minor + excluded.debit_minor,
        credit_minor = ledger.credit_minor + excluded.credit_minor,
        debit_count = ledger.debit_count + excluded.debit_count,
        credit_count = ledger.credit_count + excluded.credit_count,
"""
_COLUMNS = "client_id, week, shard, debit_minor, credit_minor, debit_count, credit_count, revision"
_ADD_ROWS = f"INSERT INTO ledger ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, 1) {_ADD} revision = ledger.revision + ?"  # noqa: S608 - constants
_ADD_ARRAYS = f"""
    INSERT INTO ledger ({_COLUMNS})
    SELECT id, week, %(shard)s, debit, credit, debits, credits, 1
    FROM unnest(%(ids)s::text[], %(weeks)s::int[], %(debit)s::bigint[], %(credit)s::bigint[], %(debits)s::int[],
                %(credits)s::int[]) AS d(id, week, debit, credit, debits, credits)
    {_ADD} revision = ledger.revision + CASE WHEN ledger.week = ANY(%(amended)s::int[]) THEN 1 ELSE 0 END
"""  # noqa: S608 - constants

_HISTORY = "client_id, week, revision, debit_minor, credit_minor, debit_count, credit_count"
_UP_TO = "(SELECT amendments FROM shard WHERE shard.shard = ledger.shard)"
_SUPERSEDE_ROWS = (
    f"INSERT INTO ledger_history ({_HISTORY}, amendments) SELECT {_HISTORY}, {_UP_TO} FROM ledger "  # noqa: S608 - constants
    "WHERE client_id = ? AND week = ?"
)
_SUPERSEDE_ARRAYS = f"""
    INSERT INTO ledger_history ({_HISTORY}, amendments)
    SELECT {_HISTORY}, {_UP_TO} FROM ledger JOIN unnest(%(ids)s::text[], %(weeks)s::int[]) AS d(id, number)
    ON client_id = id AND week = number
"""  # noqa: S608 - constants


def supersede(tx: Connection, deltas: LedgerDeltas, amended: Collection[int]) -> None:
    """Copy the rows of `amended` weeks that are about to change into ledger_history."""
    if not amended:
        return
    which = np.flatnonzero(np.isin(deltas.weeks, list(amended))).tolist()
    ids = [deltas.client_ids[i] for i in which]
    weeks = deltas.weeks[which].tolist()
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(_SUPERSEDE_ARRAYS, {"ids": _texts(ids), "weeks": _array(weeks)})
    else:
        tx.exec_driver_sql(_SUPERSEDE_ROWS, list(zip(ids, weeks, strict=True)))


def add_deltas(tx: Connection, shard: int, deltas: LedgerDeltas, amended: Collection[int]) -> None:
    """Add the changes to their rows, making those that are not there. Rows of `amended` weeks gain a revision."""
    if not deltas.client_ids:
        return
    columns = [
        column.tolist()
        for column in (
            deltas.weeks,
            deltas.debit_minor,
            deltas.credit_minor,
            deltas.debit_count,
            deltas.credit_count,
        )
    ]
    if tx.dialect.name == "postgresql":
        arrays = dict(zip(("weeks", "debit", "credit", "debits", "credits"), map(_array, columns), strict=True))
        tx.exec_driver_sql(
            _ADD_ARRAYS, arrays | {"ids": _texts(deltas.client_ids), "shard": shard, "amended": sorted(amended)}
        )
        return
    again = np.isin(deltas.weeks, list(amended)).astype(np.int64).tolist()
    shards = [shard] * len(again)
    rows = zip(deltas.client_ids, columns[0], shards, *columns[1:], again, strict=True)
    tx.exec_driver_sql(_ADD_ROWS, sorted(rows))


def add_zeros(tx: Connection, shard: int, week: int) -> None:
    """Every client of the shard that has begun by `week` and has not closed before gets a row, 0 where silent."""
    due = sa.and_(
        client.c.shard == shard,
        client.c.first_week <= week,
        sa.or_(client.c.last_week.is_(None), client.c.last_week >= week),
    )
    _insert_zeros(tx, sa.select(client.c.client_id, sa.literal(week), sa.literal(shard), *_zeros()).where(due))


def fill_silence(tx: Connection, shard: int, first_weeks: Mapping[str, int], next_to_close: int | None) -> None:
    """Zeros in closed weeks for clients whose first event turned out to lie before them."""
    if next_to_close is None:
        return
    early = [client_id for client_id, week in first_weeks.items() if week < next_to_close]
    if not early:
        return
    due = sa.and_(
        among(tx, client.c.client_id, early),
        shard_week.c.week >= client.c.first_week,
        shard_week.c.state == "closed",
        sa.or_(client.c.last_week.is_(None), client.c.last_week >= shard_week.c.week),
    )
    rows = sa.select(client.c.client_id, shard_week.c.week, sa.literal(shard), *_zeros())
    _insert_zeros(tx, rows.join(shard_week, shard_week.c.shard == client.c.shard).where(due))


def _zeros() -> list[sa.ColumnElement[int]]:
    return [sa.literal(0), sa.literal(0), sa.literal(0), sa.literal(0), sa.literal(1)]


def _insert_zeros(tx: Connection, rows: sa.Select[tuple[str, int]]) -> None:
    names = [name.strip() for name in _COLUMNS.split(",")]
    tx.execute(insert(tx, ledger).from_select(names, rows).on_conflict_do_nothing())


def _array(numbers: list[int]) -> str:
    """A PostgreSQL array literal: several times faster than adapting a list."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _texts(ids: list[str]) -> str:
    """The same for client ids, which hold neither quotes nor backslashes (schemas.events.ID_PATTERN)."""
    return '{"' + '","'.join(ids) + '"}' if ids else "{}"
