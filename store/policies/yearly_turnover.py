"""What a bank's clients move in a year, read from its ledger: what a policy's minimum effects are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.weeks import Week
from store.tables.clients import client
from store.tables.ledger import ledger, shard_week

ENOUGH_CLIENTS = 20_000  # shards are samples of the bank: a median of more is no truer, and takes long
WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class YearlyTurnover:
    """Of n clients of a few shards, minor units, int64 (n,); `last_week` that was read."""

    tiers: list[str]
    turnover_minor: npt.NDArray[np.int64]
    last_week: Week


def count_closed_weeks(tx: Connection) -> int:
    """Shard-weeks."""
    closed = sa.select(sa.func.count()).select_from(shard_week).where(shard_week.c.state == "closed")
    return tx.scalar(closed) or 0


def find_yearly_turnover(
    tx: Connection, fewest_weeks: int, most_weeks: int, fewest_paid_weeks: int
) -> YearlyTurnover | None:
    """From the newest closed weeks of shards that have closed `fewest_weeks` of them; None where none has.

    Clients that have been there for all of `fewest_weeks`, and moved money in as many weeks as is
    `fewest_paid_weeks` a year. Of fewer weeks than a year, as many times.
    """
    closed = (
        sa.select(shard_week.c.shard, sa.func.min(shard_week.c.week), sa.func.max(shard_week.c.week))
        .where(shard_week.c.state == "closed")
        .group_by(shard_week.c.shard)
        .order_by(shard_week.c.shard)
    )
    tiers: list[str] = []
    turnover: list[int] = []
    last_week = None
    for number, oldest, newest in tx.execute(closed):
        weeks = min(newest - oldest + 1, most_weeks)
        if weeks < fewest_weeks or len(tiers) >= ENOUGH_CLIENTS:
            continue
        last_week = max(newest, last_week or newest)
        share = weeks / WEEKS_A_YEAR
        for tier, total in _read_shard(
            tx, number, newest - weeks + 1, newest, fewest_weeks, fewest_paid_weeks * share
        ):
            tiers.append(tier)
            turnover.append(round(int(total) / share))
    return None if last_week is None else YearlyTurnover(tiers, np.array(turnover, np.int64), Week(last_week))


def _read_shard(
    tx: Connection, number: int, first: int, last: int, lived: int, paid_weeks: float
) -> list[tuple[str, int]]:
    """Tier and turnover of the weeks [first, last] of each client, in order of their ids."""
    moved = ledger.c.debit_minor + ledger.c.credit_minor
    paid = sa.func.sum(sa.case((moved > 0, 1), else_=0))
    found = (
        sa.select(client.c.tier, sa.func.sum(moved))
        .join(client, client.c.client_id == ledger.c.client_id)
        .where(ledger.c.shard == number, ledger.c.week.between(first, last))
        .where(client.c.first_week <= last - lived + 1, client.c.last_week.is_(None))
        .group_by(ledger.c.client_id, client.c.tier)
        .having(paid >= paid_weeks, sa.func.sum(moved) > 0)
        .order_by(ledger.c.client_id)
    )
    return [(tier, total) for tier, total in tx.execute(found)]
