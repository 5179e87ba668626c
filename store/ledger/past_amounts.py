"""A shard's weeks as they stood when it had been amended so many times: what an old verdict was made from.

A superseded row says up to which amendment it held (ledger_history.amendments); later ones than that have replaced
it. What arrived for a week in which the client had no row at all cannot be told from what was always there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.ledger.ledger_reading import AMOUNTS, PAYMENTS, Int64, load_by_week
from store.tables.clients import client
from store.tables.ledger import ledger, ledger_history


def load_amounts(tx: Connection, client_id: str, first: int, last: int, amendments: int | None) -> Int64:
    """Debit, credit and payments, int64 (3, 1, weeks), of weeks first to last, after `amendments` (None: now)."""
    now = sa.select(ledger.c.week, *AMOUNTS, PAYMENTS)
    mine = (ledger.c.client_id == client_id, ledger.c.week.between(first, last))
    found = np.zeros((3, 1, last - first + 1), np.int64)
    for week, *numbers in tx.execute(now.where(*mine)):
        found[:, 0, week - first] = numbers
    of_client = ledger_history.c.client_id == client_id
    return _undo_amendments(tx, found, {client_id: 0}, first, last, amendments, of_client)


def load_shard_amounts(
    tx: Connection, shard: int, client_ids: Sequence[str], first: int, last: int, amendments: int | None
) -> Int64:
    """The same of some of a shard's clients, int64 (3, n, weeks)."""
    place = {client_id: at for at, client_id in enumerate(client_ids)}
    found = np.zeros((3, len(client_ids), last - first + 1), np.int64)
    for week, ids, columns in load_by_week(tx, shard, first, last, (*AMOUNTS, PAYMENTS)):
        at = np.fromiter((place.get(client_id, -1) for client_id in ids), np.int64, len(ids))
        found[:, at[at >= 0], week - first] = columns[:, at >= 0]
    of_shard = ledger_history.c.client_id.in_(sa.select(client.c.client_id).where(client.c.shard == shard))
    return _undo_amendments(tx, found, place, first, last, amendments, of_shard)


def _undo_amendments(
    tx: Connection,
    found: Int64,
    place: dict[str, int],
    first: int,
    last: int,
    amendments: int | None,
    whose: sa.ColumnElement[bool],
) -> Int64:
    if amendments is None:
        return found
    past = ledger_history.c
    then = (whose, past.week.between(first, last), past.amendments >= amendments)
    numbers = (past.debit_minor, past.credit_minor, past.debit_count + past.credit_count)
    held = sa.select(past.client_id, past.week, *numbers).where(*then)
    # The first one that still held comes last, and wins.
    for client_id, week, *then_read in tx.execute(held.order_by(past.revision.desc())):
        if client_id in place:
            found[:, place[client_id], week - first] = then_read
    return found
