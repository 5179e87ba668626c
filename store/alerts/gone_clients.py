"""How clients went, and what people recorded of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.buckets import AsOf
from casework.alerts.gone import Going, GoneClient
from schemas.weeks import Week
from store.alerts import alert_buckets
from store.alerts.alert_buckets import LAST_PAID_WEEK, with_judged
from store.among import among
from store.tables.alerts import alert, alert_explanation
from store.tables.cases import client_case
from store.tables.clients import client
from store.tables.gone_clients import gone_client

_AFTER_THE_FACT = "missed_departure"  # such a case asks why nobody saw it: it tried nothing


def goings(tx: Connection, alert_ids: Collection[str], as_of: AsOf) -> dict[str, Going]:
    """Of those alerts whose client is gone, by alert."""
    newest = (alert_explanation.c.alert_id == alert.c.alert_id, alert_explanation.c.week == alert.c.last_week)
    began = sa.func.coalesce(alert_explanation.c.onset_week, alert.c.opened_week)
    case = client_case.c
    tried = sa.exists().where(
        case.client_id == alert.c.client_id,
        case.origin != _AFTER_THE_FACT,
        sa.or_(case.closed_week.is_(None), case.closed_week >= began),
    )
    query = with_judged(
        sa.select(
            alert.c.alert_id,
            alert.c.client_id,
            LAST_PAID_WEEK.label("last_paid_week"),
            alert_explanation.c.onset_week,
            tried.label("tried"),
        )
        .join_from(alert, client, client.c.client_id == alert.c.client_id)
        .outerjoin(alert_explanation, sa.and_(*newest))
    )
    gone = (among(tx, alert.c.alert_id, sorted(alert_ids)), alert_buckets.bucket(as_of) == "gone")
    return {
        row.alert_id: Going(row.alert_id, row.client_id, row.last_paid_week, row.onset_week, bool(row.tried))
        for row in tx.execute(query.where(*gone))
    }


def recorded(tx: Connection, client_ids: Collection[str]) -> set[tuple[str, Week | None]]:
    """Client and last week with a payment of those that have been recorded."""
    columns = (gone_client.c.client_id, gone_client.c.last_paid_week)
    found = tx.execute(sa.select(*columns).where(among(tx, gone_client.c.client_id, sorted(client_ids))))
    return {(row.client_id, row.last_paid_week) for row in found}


def save(tx: Connection, gone: Sequence[GoneClient], week: Week, at: datetime, by: str) -> None:
    """Record them. `week`: in which that is done."""
    if not gone:
        return
    names = ("alert_id", "client_id", "outcome", "last_paid_week", "lost_minor", "warned_weeks", "tried")
    done = {"recorded_week": week, "recorded_at": at, "recorded_by": by}
    tx.execute(sa.insert(gone_client), [{name: getattr(each, name) for name in names} | done for each in gone])
