"""Where everything stands, in a few numbers: for the live table and `doctor`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.verdicts import Grade
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.ledger import shard, shard_week
from store.tables.operations import dead_letter, outbox

LATEST = 8  # of the newest open alerts: as many lines as the live table has room for


@dataclass(frozen=True, slots=True)
class LatestAlert:
    """One line of the newest alerts; `value_at_risk_minor` in minor units of the base currency."""

    client_id: str
    name: str
    branch_id: str
    week: int
    grade: Grade
    direction: str
    value_at_risk_minor: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts over all shards. Weeks are week numbers, None before the first one."""

    clients: int
    accepted: int
    duplicates: int
    late: int
    dead_letters: int
    closed_week: int | None
    judged_week: int | None
    held_weeks: int
    open_alerts: Mapping[Grade, int]
    unsent: int
    latest: tuple[LatestAlert, ...]


def load_overview(tx: Connection) -> Overview:
    """Read it all."""
    tallies = tx.execute(
        sa.select(*(sa.func.coalesce(sa.func.sum(shard.c[name]), 0) for name in ("accepted", "duplicates", "late")))
    ).one()
    grades = tx.execute(
        sa.select(alert.c.grade, sa.func.count())
        .where(alert.c.state != "closed", alert.c.told)
        .group_by(alert.c.grade)
    ).all()
    return Overview(
        clients=_count(tx, client),
        accepted=int(tallies[0]),
        duplicates=int(tallies[1]),
        late=int(tallies[2]),
        dead_letters=_count(tx, dead_letter),
        closed_week=tx.scalar(sa.select(sa.func.max(shard_week.c.week)).where(shard_week.c.state == "closed")),
        judged_week=tx.scalar(sa.select(sa.func.max(shard_week.c.week)).where(shard_week.c.judged_revision > 0)),
        held_weeks=_count(tx, shard_week, shard_week.c.state == "held"),
        open_alerts={Grade(grade): count for grade, count in grades},
        unsent=_count(tx, outbox, outbox.c.sent_at.is_(None)),
        latest=_load_latest(tx),
    )


def _count(tx: Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return int(tx.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0)


def _load_latest(tx: Connection) -> tuple[LatestAlert, ...]:
    rows = tx.execute(
        sa.select(
            alert.c.client_id,
            client.c.name,
            client.c.branch_id,
            alert.c.last_week,
            alert.c.grade,
            alert.c.direction,
            alert.c.value_at_risk_minor,
        )
        .join(client, client.c.client_id == alert.c.client_id)
        .where(alert.c.state != "closed", alert.c.told)
        .order_by(
            alert.c.last_week.desc(), alert.c.grade.desc(), alert.c.value_at_risk_minor.desc(), alert.c.alert_id
        )
        .limit(LATEST)
    )
    return tuple(LatestAlert(r[0], r[1], r[2], r[3], Grade(r[4]), r[5], r[6]) for r in rows)
