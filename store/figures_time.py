"""How soon people acted on alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.durations import Moments
from schemas.weeks import monday
from store.figures_scope import Scope, Tallies
from store.tables import alert, audit, client
from store.tables_casework import case_alert, case_task, client_case


def add(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """Time to acknowledge, to the task force and to the first contact with the client."""
    for branch, moments in _moments(tx, _acknowledged(scope)):
        tallies[branch].acknowledged += moments
    for branch, moments in _moments(tx, _formed(scope)):
        tallies[branch].formed += moments
    for branch, moments in _moments(tx, _contacted(scope)):
        tallies[branch].contacted += moments


def _moments(tx: Connection, done: sa.Subquery) -> Iterable[tuple[str, Moments]]:
    """By branch. `done`: branch_id, week, at. Joined into texts: two hundred thousand rows would take a second."""
    at_s = sa.cast(sa.extract("epoch", done.c.at), sa.BigInteger)
    texts = [sa.func.aggregate_strings(sa.cast(each, sa.String), " ") for each in (done.c.week, at_s)]
    for branch, *joined in tx.execute(sa.select(done.c.branch_id, *texts).group_by(done.c.branch_id)):
        yield branch, Moments(*(np.fromstring(text, np.int64, sep=" ") for text in joined))


def _acknowledged(scope: Scope) -> sa.Subquery:
    """When a person first acted on each alert of the period, or a case first took it."""
    # Grouped one by one: of their union PostgreSQL would not know how many alerts it is about.
    acts = (
        sa.select(audit.c.key, sa.func.min(audit.c.at).label("at"))
        .where(audit.c.kind == "alert", audit.c.at >= _earliest(scope))
        .group_by(audit.c.key)
        .subquery()
    )
    taken = (
        sa.select(case_alert.c.alert_id, sa.func.min(client_case.c.opened_at).label("at"))
        .join_from(case_alert, client_case)
        .group_by(case_alert.c.alert_id)
        .subquery()
    )
    first = sa.case((sa.or_(taken.c.at.is_(None), acts.c.at < taken.c.at), acts.c.at), else_=taken.c.at)
    return (
        sa.select(client.c.branch_id, alert.c.opened_week.label("week"), first.label("at"))
        .join_from(alert, client, client.c.client_id == alert.c.client_id)
        .outerjoin(acts, acts.c.key == alert.c.alert_id)
        .outerjoin(taken, taken.c.alert_id == alert.c.alert_id)
        .where(scope.within(alert.c.opened_week), first.is_not(None), *scope.branches)
        .subquery()
    )


def _earliest(scope: Scope) -> datetime:
    """No act on an alert of the period is older, in any zone: the trail goes back for ever."""
    return datetime.combine(monday(max(scope.first_week, 0)), time(), UTC) - timedelta(days=1)


def _formed(scope: Scope) -> sa.Subquery:
    """When each case of the period was opened."""
    return _of_cases(scope, client_case.c.opened_at, client_case.c.opened_at).subquery()


def _contacted(scope: Scope) -> sa.Subquery:
    """When the client of each case of the period was first spoken to."""
    contact = sa.and_(
        case_task.c.case_id == client_case.c.case_id, case_task.c.kind == "contact", case_task.c.state == "done"
    )
    return _of_cases(scope, sa.func.min(case_task.c.done_at)).join(case_task, contact).subquery()


def _of_cases(scope: Scope, at: sa.ColumnElement[Any], *grouped: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """With the week of each case's first alert; a case without one is no answer to an alert."""
    return (
        sa.select(client.c.branch_id, sa.func.min(alert.c.opened_week).label("week"), at.label("at"))
        .join_from(client_case, client, client.c.client_id == client_case.c.client_id)
        .join(case_alert, case_alert.c.case_id == client_case.c.case_id)
        .join(alert, alert.c.alert_id == case_alert.c.alert_id)
        .where(scope.within(client_case.c.opened_week), *scope.branches)
        .group_by(client_case.c.case_id, client.c.branch_id, *grouped)
    )
