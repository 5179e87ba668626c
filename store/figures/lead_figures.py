"""How long before a client's end its first alert came, and which ends came without one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.verdicts import Direction
from store.figures.scope import Scope, Tallies
from store.tables.alerts import alert
from store.tables.cases import client_case
from store.tables.clients import client
from store.tables.ledger import ledger, shard

LOOK_BACK_WEEKS = 52  # an alert of more than a year before told of something else
SILENT_WEEKS = 4  # a month: a client that moved nothing for so long has gone, whatever its accounts say


def add_lead_times(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """Of clients whose accounts closed in the period, and of lost ones that fell silent."""
    for ends in (_clients_closed(scope), _clients_fallen_silent(scope)):
        for branch, end, first_alert in tx.execute(_with_first_alert(ends)):
            if first_alert is None:
                tallies[branch].missed += 1
            else:
                tallies[branch].leads.append(end - first_alert)


def _clients_closed(scope: Scope) -> sa.Subquery:
    """Clients whose accounts are closed, with the week that happened in."""
    gone = (scope.within(client.c.last_week), client.c.closed_on <= scope.today)
    ends = sa.select(client.c.client_id, client.c.branch_id, client.c.last_week.label("end"))
    return ends.where(*gone, *scope.branches).subquery()


def _clients_fallen_silent(scope: Scope) -> sa.Subquery:
    """Clients of lost cases whose accounts are open, with the last week that anything moved in."""
    lost = (scope.within(client_case.c.closed_week), client_case.c.retention == "lost")
    open_accounts = (client.c.closed_on.is_(None), *scope.branches)
    # One by one: a step back along the key's index each, where a join would read the whole ledger.
    moved = sa.and_(
        ledger.c.client_id == client.c.client_id, sa.or_(ledger.c.debit_count > 0, ledger.c.credit_count > 0)
    )
    end = sa.select(sa.func.max(ledger.c.week)).where(moved).correlate(client).scalar_subquery()
    last = (
        sa.select(client.c.client_id, client.c.branch_id, client.c.shard, end.label("end"))
        .where(client.c.client_id.in_(sa.select(client_case.c.client_id).where(*lost)), *open_accounts)
        .cte("last")
        .prefix_with("MATERIALIZED")  # else PostgreSQL takes the step wherever the week is named
    )
    silent = shard.c.next_to_close - 1 - last.c.end >= SILENT_WEEKS
    return (
        sa.select(last.c.client_id, last.c.branch_id, last.c.end)
        .join_from(last, shard, shard.c.shard == last.c.shard)
        .where(silent)
        .subquery()
    )


def _with_first_alert(ends: sa.Subquery) -> sa.Select[Any]:
    """Branch, week of the end, and of the first alert that warned of it; what data withdrew warned of nothing."""
    warned = sa.and_(
        alert.c.client_id == ends.c.client_id,
        alert.c.direction == Direction.FALL.value,
        alert.c.opened_week.between(ends.c.end - LOOK_BACK_WEEKS, ends.c.end),
        alert.c.outcome.is_distinct_from("withdrawn"),
    )
    first = sa.func.min(alert.c.opened_week)
    return (
        sa.select(ends.c.branch_id, ends.c.end, first)
        .outerjoin_from(ends, alert, warned)
        .group_by(ends.c.client_id, ends.c.branch_id, ends.c.end)
    )
