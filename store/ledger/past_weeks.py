"""A shard's week as it stood when it was judged: what an old verdict is made again from."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import NotFound
from store.ledger import ledger_reading, past_amounts
from store.ledger.ledger_reading import Int64
from store.tables.clients import client
from store.tables.ledger import ledger


@dataclass(frozen=True, slots=True)
class JudgedClient:
    """A client with activity, as it is known now."""

    client_id: str
    shard: int
    tier: str
    first_week: int
    rebased_week: int | None


@dataclass(frozen=True, slots=True)
class PastWeek:
    """All clients with a row in a shard's week that had not closed, sorted by id, parallel columns of length n.

    Amounts and payments: int64 (n, weeks) as they were, the last week the judged one. Who belongs where, and where
    a new normal begins, is as it is known now.
    """

    client_ids: list[str]
    tiers: list[str]
    branches: list[str]
    industries: list[str | None]
    first_week: npt.NDArray[np.int32]
    debit_minor: Int64
    credit_minor: Int64
    payments: Int64


def get_client(tx: Connection, client_id: str) -> JudgedClient:
    """Raises NotFound for a client without activity."""
    columns = (client.c.client_id, client.c.shard, client.c.tier, client.c.first_week, client.c.rebased_week)
    mine = (client.c.client_id == client_id, client.c.first_week.is_not(None))
    row = tx.execute(sa.select(*columns).where(*mine)).one_or_none()
    if row is None:
        raise NotFound("activity of client", client_id)
    return JudgedClient(*row)


def load_past_week(
    tx: Connection, shard: int, week: int, weeks: int, amendments: int | None, judged: str
) -> PastWeek:
    """The `weeks` weeks up to `week` as they were when the shard had been amended so often (None: as they are).

    `judged`: the client that was judged then, whatever is known of its closing by now.
    """
    there = sa.or_(sa.not_(ledger_reading.has_closed(week)), client.c.client_id == judged)
    columns = (client.c.client_id, client.c.tier, client.c.branch_id, client.c.industry)
    theirs = (
        sa.select(*columns, ledger_reading.judged_from(week))
        .join(ledger, ledger.c.client_id == client.c.client_id)
        .where(ledger.c.shard == shard, ledger.c.week == week, there)
    )
    rows = sorted(map(tuple, tx.execute(theirs)), key=itemgetter(0))
    ids, tiers, branches, industries, first_week = map(list, zip(*rows, strict=True)) if rows else ([],) * 5
    numbers = past_amounts.load_shard_amounts(tx, shard, ids, week - weeks + 1, week, amendments)
    return PastWeek(ids, tiers, branches, industries, np.array(first_week, np.int32), *numbers)
