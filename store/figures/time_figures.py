"""How soon a task force was formed about a client, and how soon somebody spoke with it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.alerts.alert_tellings import APPEARED_WEEK, with_telling
from store.figures.scope import Scope, Tallies, join_moments, split_moments
from store.tables.alerts import alert
from store.tables.cases import case_alert, case_task, client_case
from store.tables.clients import client


def add_reaction_times(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """Of the cases opened in the period, from their first alert on."""
    for branch, *texts in tx.execute(_by_branch(_cases_formed(scope))):
        tallies[branch].formed += split_moments(*texts)
    for branch, *texts in tx.execute(_by_branch(_clients_contacted(scope))):
        tallies[branch].contacted += split_moments(*texts)


def _by_branch(done: sa.Subquery) -> sa.Select[Any]:
    return sa.select(done.c.branch_id, *join_moments(done.c.week, done.c.at)).group_by(done.c.branch_id)


def _cases_formed(scope: Scope) -> sa.Subquery:
    """When each case of the period was opened."""
    return _of_cases(scope, client_case.c.opened_at, client_case.c.opened_at).subquery()


def _clients_contacted(scope: Scope) -> sa.Subquery:
    """When the client of each case of the period was first spoken to."""
    contact = sa.and_(
        case_task.c.case_id == client_case.c.case_id, case_task.c.kind == "contact", case_task.c.state == "done"
    )
    return _of_cases(scope, sa.func.min(case_task.c.done_at)).join(case_task, contact).subquery()


def _of_cases(scope: Scope, at: sa.ColumnElement[Any], *grouped: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """With the week in which each case's first alert appeared; a case without one is no answer to an alert."""
    return with_telling(
        sa.select(client.c.branch_id, sa.func.min(APPEARED_WEEK).label("week"), at.label("at"))
        .join_from(client_case, client, client.c.client_id == client_case.c.client_id)
        .join(case_alert, case_alert.c.case_id == client_case.c.case_id)
        .join(alert, alert.c.alert_id == case_alert.c.alert_id)
        .where(scope.within(client_case.c.opened_week), *scope.branches)
        .group_by(client_case.c.case_id, client.c.branch_id, *grouped)
    )
