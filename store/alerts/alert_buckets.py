"""In which bucket an alert stands, and the weeks that decide it, as SQL: `casework.alerts.buckets` has the table.

For queries over `alert` and `client`, joined to JUDGED with `with_judged`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.buckets import AsOf
from casework.alerts.episodes import EpisodeRules
from store.among import among
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.ledger import ledger, shard_week

JUDGED = (
    sa.select(shard_week.c.shard, sa.func.max(shard_week.c.week).label("week"))
    .where(shard_week.c.judged_revision > 0)
    .group_by(shard_week.c.shard)
    .subquery("judged")
)


def _last_paid_week(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """A walk back along the ledger's key, as far as the client has been silent."""
    paid = sa.or_(ledger.c.debit_minor != 0, ledger.c.credit_minor != 0)
    mine = sa.select(sa.func.max(ledger.c.week)).where(ledger.c.client_id == client.c.client_id, paid, *conditions)
    return mine.correlate(client).scalar_subquery()


LAST_PAID_WEEK = _last_paid_week()  # all that has come counts
_SINCE_EVIDENCE = JUDGED.c.week - alert.c.last_week
_SINCE_PAYMENT = JUDGED.c.week - sa.func.coalesce(LAST_PAID_WEEK, client.c.first_week - 1)

# Of a closed alert, and where no week was judged: as its revision says.
QUIET_WEEKS = sa.case(
    (sa.or_(alert.c.state == "closed", JUDGED.c.week.is_(None)), alert.c.quiet_weeks),
    (_SINCE_EVIDENCE < 0, 0),
    else_=_SINCE_EVIDENCE,
)
WEEKS_WITHOUT_PAYMENT = sa.case((_SINCE_PAYMENT < 0, 0), else_=_SINCE_PAYMENT)  # NULL: no week is known


def with_judged(query: sa.Select[Any]) -> sa.Select[Any]:
    """`query`, which has the client, with the newest judged week of its shard."""
    return query.outerjoin(JUDGED, JUDGED.c.shard == client.c.shard)


def bucket(as_of: AsOf) -> sa.ColumnElement[str]:
    """The bucket; NULL for an alert that is closed, or that nobody has been told of."""
    rules = as_of.rules
    gone = sa.or_(client.c.closed_on <= as_of.today, rules.silent_weeks_to_be_gone <= _SINCE_PAYMENT)
    return sa.case(
        (sa.or_(alert.c.state == "closed", ~alert.c.told), None),
        (alert.c.state == "in_case", "in_work"),
        (gone, "gone"),
        (alert.c.state == "snoozed", "snoozed"),
        (rules.quiet_weeks_to_recover <= QUIET_WEEKS, "recovered"),
        (alert.c.state == "acknowledged", "in_work"),
        else_="new",
    )


def find_gone(
    tx: Connection, client_ids: Collection[str], week: int, rules: EpisodeRules, today: date | None = None
) -> set[str]:
    """Those of the clients that have closed their account by `today` (not given: by the week's end), or have paid
    nothing for too long by then.

    What later weeks of the ledger say is left out: how far they have come in by now is chance.
    """
    if not client_ids:
        return set()
    silent = week - sa.func.coalesce(_last_paid_week(ledger.c.week <= week), client.c.first_week - 1)
    closed = client.c.last_week <= week if today is None else client.c.closed_on <= today
    gone = sa.or_(closed, silent >= rules.silent_weeks_to_be_gone)
    return set(tx.scalars(sa.select(client.c.client_id).where(among(tx, client.c.client_id, client_ids), gone)))
