"""Weekly turnover of many clients at once, and which of those weeks are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.among import among
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
_MOST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Volumes:
    """n clients, each once in the order asked for, by the w weeks [first_week, first_week + w), oldest first.

    `known`: the client's shard has closed the week, so that its turnover is final but for amendments; a week that
    is open or held is not known, whatever has arrived. A week before the client's first is known to be zero.
    `began`: place of the client's first week among the w; w for a client that was never active, of whom nothing
    is known.
    """

    first_week: int
    client_ids: tuple[str, ...]
    turnover_minor: Int64  # (n, w)
    known: Bool  # (n, w)
    began: Int64  # (n,), each 0 to w


def load_volumes(tx: Connection, client_ids: Sequence[str], first_week: int, end_week: int) -> Volumes:
    """Turnover (debit and credit) of the weeks [first_week, end_week)."""
    ids = tuple(dict.fromkeys(client_ids))
    shape = (len(ids), max(end_week - first_week, 0))
    volumes = Volumes(
        first_week, ids, np.zeros(shape, np.int64), np.zeros(shape, np.bool_), np.full(len(ids), shape[1], np.int64)
    )
    if volumes.turnover_minor.size:
        place = {client_id: i for i, client_id in enumerate(ids)}
        _fill_turnover(tx, volumes, place, end_week)
        _fill_known(tx, volumes, place, end_week)
    return volumes


def _fill_turnover(tx: Connection, volumes: Volumes, place: dict[str, int], end_week: int) -> None:
    """One row a client, its weeks joined into texts: millions of numbers as objects would take many seconds."""
    columns = (ledger.c.week, ledger.c.debit_minor, ledger.c.credit_minor)
    texts = [sa.func.aggregate_strings(sa.cast(column, sa.String), " ") for column in columns]
    wanted = (among(tx, ledger.c.client_id, volumes.client_ids), ledger.c.week >= volumes.first_week)
    query = sa.select(ledger.c.client_id, sa.func.count(), *texts).where(*wanted, ledger.c.week < end_week)
    rows = tx.execute(query.group_by(ledger.c.client_id)).all()
    if not rows:
        return
    ids, counts, *joined = zip(*map(tuple, rows), strict=True)
    weeks, debit, credit = (np.fromstring(" ".join(part), np.int64, sep=" ") for part in joined)
    at = np.repeat(np.fromiter((place[client_id] for client_id in ids), np.int64, len(ids)), counts)
    volumes.turnover_minor[at, weeks - volumes.first_week] = _sum(debit, credit)


def _fill_known(tx: Connection, volumes: Volumes, place: dict[str, int], end_week: int) -> None:
    wanted = among(tx, client.c.client_id, volumes.client_ids)
    clients = tx.execute(
        sa.select(client.c.client_id, client.c.shard, client.c.first_week, shard.c.next_to_close)
        .outerjoin(shard, shard.c.shard == client.c.shard)
        .where(wanted, client.c.shard.is_not(None), client.c.first_week.is_not(None))
    ).all()
    opens = {row.shard: row.next_to_close or 0 for row in clients}
    closed, silent = _load_shards(tx, opens, volumes.first_week, end_week)
    weeks = np.arange(volumes.first_week, end_week)
    for row in clients:
        at = place[row.client_id]
        volumes.known[at] = closed[row.shard] | (silent[row.shard] & (weeks < row.first_week))
        volumes.began[at] = min(max(row.first_week - volumes.first_week, 0), len(weeks))


def _load_shards(
    tx: Connection, opens: Mapping[int, int], first_week: int, end_week: int
) -> tuple[dict[int, Bool], dict[int, Bool]]:
    """Of each shard the weeks that are closed, and those that have no state of their own. `opens`: the oldest open
    week of each.
    """
    rows = tx.execute(
        sa.select(shard_week.c.shard, shard_week.c.week, shard_week.c.state).where(
            shard_week.c.shard.in_(opens), shard_week.c.week >= first_week, shard_week.c.week < end_week
        )
    )
    weeks = np.arange(first_week, end_week)
    # A week without a state is closed when it lies before the oldest open one.
    closed = {number: weeks < open_from for number, open_from in opens.items()}
    silent = {number: np.ones(len(weeks), np.bool_) for number in opens}
    for number, week, state in rows:
        closed[number][week - first_week] = state == "closed"
        silent[number][week - first_week] = False
    return closed, silent


def _sum(debit: Int64, credit: Int64) -> Int64:
    """Each total fits int64; where their sum does not, it stands at the most that does."""
    total = debit + credit
    over = (debit > 0) & (credit > 0) & (total < 0)
    return np.where(over, _MOST, total)
