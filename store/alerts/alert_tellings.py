"""Alerts that began in history and were told later, and when that was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.alerts import alert, alert_telling

_Columns = TypeVarTuple("_Columns")

# The week whose judging put an alert before people: deadlines and times count from it.
APPEARED_WEEK = sa.func.coalesce(alert_telling.c.week, alert.c.opened_week)


def with_telling(query: sa.Select[*_Columns]) -> sa.Select[*_Columns]:
    """`query`, which has the alert, with when it was told where that was later than it began."""
    return query.outerjoin(alert_telling, alert_telling.c.alert_id == alert.c.alert_id)


def save(tx: Connection, alert_ids: Collection[str], week: int, at: datetime) -> None:
    """They were told with the judging of `week`."""
    if alert_ids:
        tx.execute(sa.insert(alert_telling), [{"alert_id": each, "week": week, "at": at} for each in alert_ids])
