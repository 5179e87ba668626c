"""Alerts of a period: how many ended how, and how soon people acted on them. In one pass, as they are many.

What ended in history counts: it says what the bank was like. How soon people acted counts from when they were told.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.figures.tally import JUDGED, TRUE
from schemas.explanations import TRIAL_WEEKS
from schemas.verdicts import Direction, Grade
from schemas.weeks import monday
from store.alerts.alert_tellings import APPEARED_WEEK, with_telling
from store.figures.scope import Scope, Tallies, join_moments, split_moments
from store.tables.alerts import alert, alert_explanation, alert_opening
from store.tables.cases import case_alert, client_case
from store.tables.clients import client
from store.tables.operations import audit

_FALLS = sa.func.count(sa.case((alert.c.direction == Direction.FALL.value, 1)))
_AT_OPENING = sa.and_(
    alert_explanation.c.alert_id == alert.c.alert_id, alert_explanation.c.week == alert.c.opened_week
)
_IN_TIME = sa.func.count(sa.case((alert_explanation.c.onset_week > alert.c.opened_week - TRIAL_WEEKS[1] + 1, 1)))


def add_alert_counts(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """By grade, outcome and the policy that opened them; acknowledged by a person's first act, or a case's."""
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
    kinds = (client.c.branch_id, alert.c.grade, alert.c.outcome, alert_opening.c.policy_version)
    query = with_telling(
        sa.select(*kinds, sa.func.count(), _FALLS, _IN_TIME, *join_moments(APPEARED_WEEK, first))
        .join_from(alert, client, client.c.client_id == alert.c.client_id)
        .outerjoin(alert_opening, alert_opening.c.alert_id == alert.c.alert_id)
        .outerjoin(alert_explanation, _AT_OPENING)
        .outerjoin(acts, acts.c.key == alert.c.alert_id)
        .outerjoin(taken, taken.c.alert_id == alert.c.alert_id)
        .where(scope.within(alert.c.opened_week), sa.or_(alert.c.told, alert.c.state == "closed"), *scope.branches)
        .group_by(*kinds)
    )
    for branch, grade, outcome, policy, count, falls, in_time, *texts in tx.execute(query):
        tally = tallies[branch]
        tally.alerts[Grade(grade), outcome] += count
        tally.falls += falls
        tally.falls_in_time += in_time
        tally.acknowledged += split_moments(*texts)
        if outcome in JUDGED:
            tally.judged[policy, outcome in TRUE] += count


def _earliest(scope: Scope) -> datetime:
    """No act on an alert of the period is older, in any zone: the trail goes back for ever."""
    return datetime.combine(monday(max(scope.first_week, 0)), time(), UTC) - timedelta(days=1)
