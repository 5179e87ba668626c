"""What each branch did in a period, added up by the database. What each figure is: docs/decisions/0018."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.holdout import HoldOut
from casework.cases.retention_rules import STANDARD, RetentionRules
from casework.figures.tally import Tally
from store.figures import alert_figures, gone_figures, lead_figures, money_figures, time_figures, trial_figures
from store.figures.scope import Scope, Tallies
from store.tables.cases import client_case
from store.tables.clients import client


def load_tallies(
    tx: Connection, scope: Scope, hold_out: HoldOut, rules: RetentionRules = STANDARD
) -> Mapping[str, Tally]:
    """By branch; every branch in scope that has a client is there.

    1. Alerts and cases. 2. Money. 3. Time and lead. 4. Who is gone. 5. The hold-out.
    """
    if tx.dialect.name == "postgresql":
        # Hundreds of thousands of alerts are grouped: in memory, and by plans that are sooner done than compiled.
        tx.exec_driver_sql("SET LOCAL work_mem = '64MB'")
        tx.exec_driver_sql("SET LOCAL jit = off")
    tallies: Tallies = defaultdict(Tally)
    for branch in tx.scalars(sa.select(client.c.branch_id).where(*scope.branches).distinct()):
        tallies[branch] = Tally()
    alert_figures.add_alert_counts(tx, scope, tallies)
    _add_case_counts(tx, scope, tallies)
    money_figures.add_money(tx, scope, tallies)
    time_figures.add_reaction_times(tx, scope, tallies)
    lead_figures.add_lead_times(tx, scope, tallies)
    gone_figures.add_gone_clients(tx, scope, tallies)
    trial_figures.add_trial_arms(tx, scope, tallies, hold_out, rules)
    return tallies


def _add_case_counts(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    case = client_case.c
    for branch, state, count in tx.execute(_cases_by(scope, case.opened_week, case.state)):
        tallies[branch].cases_opened[state] += count
    ended = _cases_by(scope, case.closed_week, case.truth, case.retention)
    for branch, truth, retention, count in tx.execute(ended):
        tallies[branch].cases_closed[truth, retention] += count


def _cases_by(scope: Scope, week: sa.Column[Any], *columns: sa.Column[Any]) -> sa.Select[Any]:
    kinds = (client.c.branch_id, *columns)
    return (
        sa.select(*kinds, sa.func.count())
        .join_from(client_case, client, client.c.client_id == client_case.c.client_id)
        .where(scope.within(week), *scope.branches)
        .group_by(*kinds)
    )
