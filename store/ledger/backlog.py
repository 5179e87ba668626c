"""What waits for the detector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.ledger import shard_week


@dataclass(frozen=True, slots=True)
class Backlog:
    """Weeks that a detector could judge now. `oldest_closed_at`: None where there is none."""

    weeks: int
    oldest_closed_at: datetime | None


def find_backlog(tx: Connection) -> Backlog:
    """What waits for the detector; weeks that wait behind an open or a held one wait for ingest or a person."""
    behind = shard_week.alias()
    earlier = sa.select(behind.c.week).where(
        behind.c.shard == shard_week.c.shard, behind.c.week < shard_week.c.week, behind.c.state != "closed"
    )
    weeks, oldest = tx.execute(
        sa.select(sa.func.count(), sa.func.min(shard_week.c.closed_at)).where(
            shard_week.c.state == "closed",
            shard_week.c.judged_revision < shard_week.c.revision,
            ~earlier.exists(),
        )
    ).one()
    return Backlog(weeks, oldest)
