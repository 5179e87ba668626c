"""How many of each thing are open, by branch: what the weekly digest says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.verdicts import Direction, Grade
from schemas.vocabulary import Level
from store.quiet.budget import WAITS
from store.tables.alerts import alert
from store.tables.cases import client_case
from store.tables.clients import client
from store.tables.remedies import remedy_table


@dataclass(slots=True)
class BranchStanding:
    """Of one branch. `approvals`: remedies that wait for a yes, by the level that has to give it."""

    alarms: int = 0
    prompts: int = 0
    at_risk_minor: int = 0
    cases: int = 0
    deferred: int = 0
    approvals: dict[Level, int] = field(default_factory=dict)


def load_standings(tx: Connection) -> Mapping[str, BranchStanding]:
    """By branch, of those where anything is open. The money is that of what falls: a client's once."""
    found: dict[str, BranchStanding] = defaultdict(BranchStanding)
    for branch_id, grade, number, at_risk_minor, deferred in tx.execute(_alerts()):
        standing = found[branch_id]
        standing.deferred += deferred
        if grade == int(Grade.ALARM):
            standing.alarms += number
        else:
            standing.prompts += number
        standing.at_risk_minor += at_risk_minor
    for branch_id, number in tx.execute(_by_branch(client_case, client_case.c.state != "closed")):
        found[branch_id].cases = number
    for branch_id, level, number in tx.execute(
        _by_branch(remedy_table, remedy_table.c.state == "submitted", remedy_table.c.next_level)
    ):
        found[branch_id].approvals[level] = number
    return found


def _alerts() -> sa.Select[Any]:
    falls = sa.case((alert.c.direction == Direction.FALL.value, alert.c.value_at_risk_minor), else_=0)
    return (
        sa.select(
            client.c.branch_id,
            alert.c.grade,
            sa.func.count().label("number"),
            sa.cast(sa.func.sum(falls), sa.BigInteger).label("at_risk"),
            sa.cast(sa.func.sum(sa.case((WAITS, 1), else_=0)), sa.Integer).label("deferred"),
        )
        .join(client, client.c.client_id == alert.c.client_id)
        .where(alert.c.state != "closed", alert.c.told)
        .group_by(client.c.branch_id, alert.c.grade)
    )


def _by_branch(
    table: sa.Table, condition: sa.ColumnElement[bool], *groups: sa.ColumnElement[str]
) -> sa.Select[Any]:
    keys = (client.c.branch_id, *groups)
    counted = sa.select(*keys, sa.func.count().label("number"))
    return counted.join(table, table.c.client_id == client.c.client_id).where(condition).group_by(*keys)
