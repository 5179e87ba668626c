"""New alerts that wait for room in their branch's week, and how much of it is used."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.quiet.budget import Waiting
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.ledger import shard_week

WAITS = sa.and_(alert.c.deferred, ~alert.c.touched)  # what a person has taken up waits no longer


def load_waiting(tx: Connection) -> list[Waiting]:
    """Open alerts that have not been let in."""
    query = (
        sa.select(alert.c.alert_id, client.c.branch_id, alert.c.rank_minor)
        .join(client, client.c.client_id == alert.c.client_id)
        .where(WAITS, alert.c.state == "open", alert.c.told)
    )
    return [Waiting(*row) for row in tx.execute(query)]


def count_admitted(tx: Connection, week: int) -> dict[str, int]:
    """How many alerts of each branch were let in in a week."""
    query = (
        sa.select(client.c.branch_id, sa.func.count())
        .join_from(alert, client, client.c.client_id == alert.c.client_id)
        .where(alert.c.let_in_week == week)
        .group_by(client.c.branch_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def is_all_judged(tx: Connection) -> bool:
    """No closed week waits for the detector: what there is to rank is there."""
    behind = sa.and_(shard_week.c.state == "closed", shard_week.c.judged_revision < shard_week.c.revision)
    return tx.scalar(sa.select(shard_week.c.week).where(behind).limit(1)) is None
