"""What has been given and asked for, for the limits; and the gate that decisions about limits pass one by one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.remedies.claims import Claim, find_claim
from casework.remedies.remedy_lifecycle import RUNNING, Remedy
from store.remedies import remedy_rows
from store.tables.clients import client
from store.tables.remedies import limit_gate, remedy_approval, remedy_table
from store.upsert import insert

_GATE = 1
_CLAIMING = RUNNING | {"expired", "revoked", "submitted"}


def lock_limits(tx: Connection) -> None:
    """Wait for whoever is deciding now, and keep the next one waiting until the end of this transaction.

    Before any other lock: limits are sums over many remedies, of which two people at once would see too few.
    """
    gate = insert(tx, limit_gate).values(gate=_GATE, passed=1)
    one_more = {"passed": limit_gate.c.passed + 1}
    tx.execute(gate.on_conflict_do_update(index_elements=[limit_gate.c.gate], set_=one_more))


def load_claims_near(tx: Connection, branch_id: str, first: date, end: date, period_days: int) -> list[Claim]:
    """Of a branch's clients of today, every claim within the period of a run [first, end)."""
    period = timedelta(days=period_days)
    ends_on = sa.func.coalesce(remedy_table.c.ends_on, remedy_table.c.starts_on)
    near = (remedy_table.c.starts_on < end + period, ends_on >= first - period)
    rows = tx.execute(
        sa.select(remedy_table).where(_of_branch(branch_id), remedy_table.c.state.in_(_CLAIMING), *near)
    ).mappings()
    found = (
        find_claim(row["remedy_id"], row["client_id"], row["state"], remedy_rows.read_terms(row), row["ended_on"])
        for row in rows
    )
    return [each for each in found if each is not None]


def load_waiting(tx: Connection, branch_id: str) -> list[Remedy]:
    """What waits for approval in a branch, by client and remedy, which is the order of the locks."""
    found = remedy_rows.load_where(tx, _of_branch(branch_id), remedy_table.c.state == "submitted")
    return sorted(found, key=lambda remedy: (remedy.client_id, remedy.remedy_id))


def sum_approved_minor(tx: Connection, checker: str, since: datetime) -> int:
    """What a person has approved since an instant, but for what was changed, sent back, rejected or withdrawn."""
    mine = (remedy_approval.c.checker == checker, remedy_approval.c.at >= since, ~remedy_approval.c.void)
    of_remedy = remedy_approval.c.remedy_id == remedy_table.c.remedy_id
    total = sa.select(sa.func.coalesce(sa.func.sum(remedy_approval.c.total_minor), 0)).join(remedy_table, of_remedy)
    return int(tx.scalar(total.where(*mine, remedy_table.c.state.in_(_CLAIMING))) or 0)


def _of_branch(branch_id: str) -> sa.ColumnElement[bool]:
    return remedy_table.c.client_id.in_(sa.select(client.c.client_id).where(client.c.branch_id == branch_id))
