"""Clients that people recorded as gone in a period."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.figures.scope import Scope, Tallies
from store.tables.clients import client
from store.tables.gone_clients import gone_client


def add_gone_clients(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """How many, what was lost with them, and of how many the bank was warned, or tried to keep."""
    gone = gone_client.c
    query = (
        sa.select(
            client.c.branch_id,
            sa.func.count(),
            sa.func.sum(gone.lost_minor),
            sa.func.count(gone.warned_weeks),
            sa.func.sum(sa.case((gone.tried, 1), else_=0)),
        )
        .join_from(gone_client, client, client.c.client_id == gone.client_id)
        .where(scope.within(gone.recorded_week), *scope.branches)
        .group_by(client.c.branch_id)
    )
    for branch, count, lost_minor, warned, tried in tx.execute(query):
        tally = tallies[branch]
        tally.gone += count
        tally.gone_lost_minor += int(lost_minor)
        tally.gone_warned += warned
        tally.gone_tried += int(tried)
