"""What follows from an alert's closing, kept in the transaction of the closing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.closings import Rebase
from casework.quiet.calendar import Entry
from store.quiet import calendar
from store.tables.clients import client


def save_consequences(tx: Connection, consequences: Iterable[Rebase | Entry], actor: str, at: datetime) -> None:
    """New normals of clients, never back to an earlier week, and calendar entries by whoever closed the alert."""
    for each in consequences:
        if isinstance(each, Entry):
            calendar.add_entry(tx, each, actor, at)
        else:
            mine = client.c.client_id == each.client_id
            earlier = sa.or_(client.c.rebased_week.is_(None), client.c.rebased_week < each.week)
            tx.execute(sa.update(client).where(mine, earlier).values(rebased_week=each.week))
