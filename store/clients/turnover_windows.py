"""Turnover of many clients, each over weeks of its own, added up by the database."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

Int64 = npt.NDArray[np.int64]

# The windows go in as one parameter each, and each is a walk along the ledger's key.
_POSTGRESQL = sa.text("""
    SELECT n, coalesce(sum(debit_minor), 0) + coalesce(sum(credit_minor), 0)
    FROM unnest(CAST(:ids AS text[]), CAST(:firsts AS int[]), CAST(:ends AS int[]))
        WITH ORDINALITY AS wanted(id, first_week, end_week, n)
    JOIN ledger ON client_id = id AND week >= first_week AND week < end_week
    GROUP BY n
""")
_SQLITE = sa.text("""
    SELECT key + 1, coalesce(sum(debit_minor), 0) + coalesce(sum(credit_minor), 0)
    FROM json_each(:windows) CROSS JOIN ledger
    WHERE client_id = value ->> 0 AND week >= value ->> 1 AND week < value ->> 2
    GROUP BY key
""")


def load_turnover_sums(
    tx: Connection, client_ids: Sequence[str], first_weeks: Int64, end_weeks: Int64
) -> list[int]:
    """Of each window [first, end) of weeks the sum of debit and credit, minor units; 0 where there is no row.

    Three parallel columns of length n; a client may come several times. Exact: sums may pass int64.
    """
    sums = [0] * len(client_ids)
    if not sums:
        return sums
    ids, firsts, ends = list(client_ids), first_weeks.tolist(), end_weeks.tolist()
    if tx.dialect.name == "postgresql":
        rows = tx.execute(_POSTGRESQL, {"ids": ids, "firsts": firsts, "ends": ends})
    else:
        windows = msgspec.json.encode(list(zip(ids, firsts, ends, strict=True))).decode()
        rows = tx.execute(_SQLITE, {"windows": windows})
    for number, minor in rows:
        sums[number - 1] = int(minor)
    return sums
