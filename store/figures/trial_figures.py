"""The hold-out: of the alerts that took part in the draw, how many clients of each side were kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.holdout import HoldOut
from casework.cases.retention import AFTER_WEEKS, ONSET_WEEKS, first_week_needed
from casework.cases.retention_rules import RetentionRules
from casework.figures.tally import Tally
from casework.figures.trial import SETTLED_WEEKS, Arm, was_retained
from schemas.verdicts import Direction, Grade
from store.clients import turnover_windows
from store.figures.scope import OF_CLIENT, Scope, Tallies
from store.ledger import closed_weeks
from store.tables.alerts import alert, alert_opening, alert_telling
from store.tables.clients import client
from store.tables.ledger import shard

# By lot, so they are a sample as fair as the draw: enough for an interval of 3 points either way.
MOST_A_SIDE = 2000


def add_trial_arms(
    tx: Connection, scope: Scope, tallies: Tallies, hold_out: HoldOut, rules: RetentionRules
) -> None:
    """Adds to each branch's tally how many clients were measured and how many kept, treated and held out.

    1. The alerts drawn. 2. Those whose weeks are all closed. 3. Turnover of the usual year, and of the last quarter
    of the half-year after the alert.

    Nothing where the bank holds nobody out: then there is nothing to compare with.
    """
    newest = tx.scalar(sa.select(sa.func.max(shard.c.next_to_close)))
    rows = tx.execute(_alerts_drawn(scope, hold_out, newest)).all() if hold_out.lots and newest is not None else []
    if not rows:
        return
    alerted = np.array([row.opened_week for row in rows], np.int64)
    first_weeks = np.array([row.first_week for row in rows], np.int64)
    began = np.maximum([first_week_needed(week) for week in alerted.tolist()], first_weeks)
    until, end = alerted + 1 - ONSET_WEEKS, alerted + 1 + SETTLED_WEEKS
    closed = closed_weeks.load_closed_weeks(tx, first_week_needed(int(alerted.min())), int(end.max()))
    shards = [row.shard for row in rows]
    known = closed.all_closed(shards, began, until) & closed.all_closed(shards, end - AFTER_WEEKS, end)
    chosen = np.flatnonzero(known)
    ids = [rows[i].client_id for i in chosen.tolist()]
    usual = turnover_windows.load_turnover_sums(tx, ids, began[chosen], until[chosen])
    after = turnover_windows.load_turnover_sums(tx, ids, end[chosen] - AFTER_WEEKS, end[chosen])
    for i, usual_minor, after_minor in zip(chosen.tolist(), usual, after, strict=True):
        left = rows[i].last_week is not None and rows[i].last_week < end[i]
        was_kept = was_retained(usual_minor, int(until[i] - began[i]), after_minor, left=left, rules=rules)
        if was_kept is not None:
            _count(tallies[rows[i].branch_id], Arm(1, int(was_kept)), held_out=rows[i].lot < hold_out.lots)


def _count(tally: Tally, arm: Arm, *, held_out: bool) -> None:
    if held_out:
        tally.held_out += arm
    else:
        tally.treated += arm


def _alerts_drawn(scope: Scope, hold_out: HoldOut, next_to_close: int) -> sa.Select[Any]:
    """Alerts that took part (casework.alerts.holdout.takes_part) and are settled: of each side the first by lot."""
    took_part = (
        alert.c.direction == Direction.FALL.value,
        alert_opening.c.grade == int(Grade.PROMPT),
        alert_opening.c.value_at_risk_minor < hold_out.below_minor,
        alert.c.opened_week + SETTLED_WEEKS < next_to_close,
        client.c.first_week.is_not(None),
        alert.c.told,
        ~sa.exists().where(alert_telling.c.alert_id == alert.c.alert_id),  # told when half of it was over
    )
    lot = alert_opening.c.lot
    place = sa.func.row_number().over(partition_by=lot < hold_out.lots, order_by=(lot, alert.c.alert_id))
    numbered = (
        sa.select(alert.c.opened_week, lot, *OF_CLIENT, place.label("place"))
        .join_from(alert, client, client.c.client_id == alert.c.client_id)
        .join(alert_opening, alert_opening.c.alert_id == alert.c.alert_id)
        .where(scope.within(alert.c.opened_week), *took_part, *scope.branches)
        .subquery()
    )
    return sa.select(numbered).where(numbered.c.place <= MOST_A_SIDE)
