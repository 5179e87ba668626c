"""Alerts that began in history and were told later: when that was, and whose clients were gone by then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import EpisodeRules
from store.among import among
from store.tables.alerts import alert, alert_telling
from store.tables.clients import client
from store.tables.ledger import ledger

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


def find_gone(
    tx: Connection, client_ids: Collection[str], week: int, rules: EpisodeRules, today: date | None = None
) -> set[str]:
    """Those of the clients that have closed their account by `today` (not given: by the week's end), or
    have paid nothing for too long by then.

    What later weeks of the ledger say is left out: how far they have come in by now is chance.
    """
    if not client_ids:
        return set()
    paid = sa.or_(ledger.c.debit_minor != 0, ledger.c.credit_minor != 0)
    mine = (ledger.c.client_id == client.c.client_id, ledger.c.week <= week, paid)
    last_paid = sa.select(sa.func.max(ledger.c.week)).where(*mine).correlate(client).scalar_subquery()
    silent = week - sa.func.coalesce(last_paid, client.c.first_week - 1)
    closed = client.c.last_week <= week if today is None else client.c.closed_on <= today
    gone = sa.or_(closed, silent >= rules.silent_weeks_to_be_gone)
    return set(tx.scalars(sa.select(client.c.client_id).where(among(tx, client.c.client_id, client_ids), gone)))
