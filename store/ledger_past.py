"""A client's weeks as they stood when the shard had been amended so many times: what an old verdict was made from.

A superseded row says up to which amendment it held (ledger_history.amendments); later ones than that have replaced
it. What arrived for a week in which the client had no row at all cannot be told from what was always there.
"""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.ledger_reading import Int64
from store.tables import ledger, ledger_history


def amounts(tx: Connection, client_id: str, first: int, last: int, amendments: int | None) -> tuple[Int64, Int64]:
    """Debit and credit, int64 (weeks,), of the weeks [first, last], after `amendments` of the shard (None: now)."""
    found = np.zeros((2, last - first + 1), np.int64)
    now = (ledger.c.week, ledger.c.debit_minor, ledger.c.credit_minor)
    mine = (ledger.c.client_id == client_id, ledger.c.week.between(first, last))
    rows = list(tx.execute(sa.select(*now).where(*mine)))
    if amendments is not None:
        past = ledger_history.c
        then = (past.client_id == client_id, past.week.between(first, last), past.amendments >= amendments)
        held = sa.select(past.week, past.debit_minor, past.credit_minor).where(*then)
        rows += tx.execute(
            held.order_by(past.revision.desc())
        )  # the first one that still held comes last, and wins
    for week, debit, credit in rows:
        found[:, week - first] = debit, credit
    return found[0], found[1]
