"""The last quarter against the year before, of a client and of those like it: same branch, tier and industry.

One statement, whatever their number: docs/judging.md, "Comparisons", quarter_vs_year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.clients import client
from store.tables.ledger import ledger, shard_week

QUARTER_WEEKS, YEAR_WEEKS = 13, 52
_NEED = QUARTER_WEEKS + YEAR_WEEKS
MOST = 200  # a sample that large says the same as all of them would, and is read in milliseconds


@dataclass(frozen=True, slots=True)
class PeerVolume:
    """Turnover of one client, minor units: of the last quarter, and of the year before it."""

    client_id: str
    quarter_minor: int
    year_minor: int


@dataclass(frozen=True, slots=True)
class Peers:
    """`own` None: the client has no 65 weeks of history. `others` have, and are in the order of their ids."""

    week: int
    own: PeerVolume | None
    others: tuple[PeerVolume, ...]


def find_peers(tx: Connection, client_id: str) -> Peers | None:
    """Up to the newest closed week of the client's shard. None for a client without weeks or without industry."""
    closed = (shard_week.c.shard == client.c.shard, shard_week.c.state == "closed")
    newest = sa.select(sa.func.max(shard_week.c.week)).where(*closed).correlate(client).scalar_subquery()
    shown = (client.c.branch_id, client.c.tier, client.c.industry, newest.label("week"))
    mine = tx.execute(sa.select(*shown).where(client.c.client_id == client_id)).one_or_none()
    if mine is None or mine.week is None or mine.industry is None:
        return None
    found = {row.client_id: row for row in _load_volumes(tx, client_id, mine)}
    others = tuple(found[key] for key in sorted(found) if key != client_id)
    return Peers(mine.week, found.get(client_id), others)


def _load_volumes(tx: Connection, client_id: str, mine: sa.Row[*tuple[Any, ...]]) -> list[PeerVolume]:
    """Of the client and its peers, those that have every week of the comparison."""
    week = mine.week
    like = sa.and_(
        client.c.branch_id == mine.branch_id,
        client.c.tier == mine.tier,
        client.c.industry == mine.industry,
        client.c.first_week <= week - _NEED + 1,
        client.c.closed_on.is_(None),
        client.c.client_id != client_id,
    )
    others = sa.select(client.c.client_id).where(like).order_by(client.c.client_id).limit(MOST).subquery()
    chosen = sa.union_all(sa.select(others.c.client_id), sa.select(sa.literal(client_id))).cte("chosen")
    turnover = ledger.c.debit_minor + ledger.c.credit_minor
    recent = ledger.c.week > week - QUARTER_WEEKS
    query = (
        sa.select(
            ledger.c.client_id,
            sa.func.sum(sa.case((recent, turnover), else_=0)),
            sa.func.sum(sa.case((recent, 0), else_=turnover)),
        )
        .join(chosen, chosen.c.client_id == ledger.c.client_id)
        .where(ledger.c.week.between(week - _NEED + 1, week))
        .group_by(ledger.c.client_id)
        .having(sa.func.count() == _NEED)
    )
    return [PeerVolume(row[0], int(row[1]), int(row[2])) for row in tx.execute(query)]
