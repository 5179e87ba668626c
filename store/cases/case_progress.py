"""What has been done about alerts and cases, and when, for their deadlines: for one or for thousands at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.sla import Progress, day_alerts_appear
from casework.cases.case_lifecycle import Case
from schemas.verdicts import Grade
from schemas.vocabulary import Step
from schemas.weeks import WeekCalendar
from store.alerts.alert_tellings import APPEARED_WEEK, with_telling
from store.among import among
from store.cases import case_rows
from store.tables.alerts import alert, alert_evidence, alert_telling
from store.tables.cases import case_alert, client_case
from store.tables.operations import audit

_SEEN_WEEK = sa.case(
    (alert_evidence.c.week < alert_telling.c.week, alert_telling.c.week), else_=alert_evidence.c.week
)
_ALARM_WEEK = sa.case((alert_evidence.c.grade == int(Grade.ALARM), _SEEN_WEEK))


@dataclass(frozen=True, slots=True)
class _Alerts:
    """Of some alerts: the week in which the first appeared, and the first alarm, and when a person first acted."""

    first_week: int
    alarm_week: int | None
    acted_at: datetime | None


def load_progress(tx: Connection, case_ids: Collection[str], calendar: WeekCalendar) -> dict[str, Progress]:
    """What has been done about each of these cases, and when, by case_id."""
    found = case_rows.load_where(tx, among(tx, client_case.c.case_id, case_ids))
    return load_of_cases(tx, found, calendar)


def load_of_cases(tx: Connection, cases: Sequence[Case], calendar: WeekCalendar) -> dict[str, Progress]:
    """By case_id. A case without alerts counts from the day it was opened."""
    ids = [case.case_id for case in cases]
    theirs = sa.select(case_alert.c.case_id, case_alert.c.alert_id).where(among(tx, case_alert.c.case_id, ids))
    found = _load_alerts(tx, theirs)
    return {case.case_id: _of_case(case, found.get(case.case_id), calendar) for case in cases}


def load_of_alerts(tx: Connection, alert_ids: Iterable[str], calendar: WeekCalendar) -> dict[str, Progress]:
    """By alert_id, of those that there are: whether someone acted on them, and whether a case took them."""
    ids = sorted(set(alert_ids))
    own = sa.select(alert.c.alert_id.label("own"), alert.c.alert_id).where(among(tx, alert.c.alert_id, ids))
    taken = _load_acknowledged_at(tx, ids)
    return {
        alert_id: _of_alert(found, taken.get(alert_id), calendar)
        for alert_id, found in _load_alerts(tx, own).items()
    }


def _of_case(case: Case, found: _Alerts | None, calendar: WeekCalendar) -> Progress:
    contacts = [t.done_at for t in case.tasks if t.kind == "contact" and t.state == "done" and t.done_at]
    done: dict[Step, date] = {
        "acknowledge": _day(_earliest(found.acted_at if found else None, case.opened_at), calendar),
        "task_force": _day(case.opened_at, calendar),
    }
    if contacts:
        done["first_contact"] = _day(min(contacts), calendar)
    if case.reviews:
        done["first_review"] = min(review.held_on for review in case.reviews)
    return Progress(
        opened_on=day_alerts_appear(found.first_week) if found else _day(case.opened_at, calendar),
        alarm_on=None if found is None or found.alarm_week is None else day_alerts_appear(found.alarm_week),
        done_on=done,
        ended_on=None if case.closed_at is None else _day(case.closed_at, calendar),
    )


def _of_alert(found: _Alerts, taken_at: datetime | None, calendar: WeekCalendar) -> Progress:
    done: dict[Step, date] = {}
    if found.acted_at or taken_at:
        done["acknowledge"] = _day(_earliest(found.acted_at, taken_at), calendar)
    if taken_at:
        done["task_force"] = _day(taken_at, calendar)
    alarm_on = None if found.alarm_week is None else day_alerts_appear(found.alarm_week)
    return Progress(day_alerts_appear(found.first_week), alarm_on, done)


def _load_alerts(tx: Connection, groups: sa.Select[Any]) -> dict[str, _Alerts]:
    """Of each group; `groups` selects pairs of a group and an alert_id that belongs to it."""
    part = groups.subquery()
    group, alert_id = part.c
    weeks = (
        with_telling(
            sa.select(group, sa.func.min(APPEARED_WEEK), sa.func.min(_ALARM_WEEK)).join_from(
                part, alert, alert.c.alert_id == alert_id
            )
        )
        .outerjoin(alert_evidence, alert_evidence.c.alert_id == alert_id)
        .group_by(group)
    )
    acts = (
        sa.select(group, sa.func.min(audit.c.at))
        .join_from(part, audit, sa.and_(audit.c.kind == "alert", audit.c.key == alert_id))
        .group_by(group)
    )
    acted_at = {row[0]: row[1] for row in tx.execute(acts)}
    return {row[0]: _Alerts(row[1], row[2], acted_at.get(row[0])) for row in tx.execute(weeks)}


def _load_acknowledged_at(tx: Connection, alert_ids: Sequence[str]) -> dict[str, datetime]:
    """When the case that took an alert was opened, of those that one took."""
    query = (
        sa.select(case_alert.c.alert_id, sa.func.min(client_case.c.opened_at))
        .join_from(case_alert, client_case)
        .where(among(tx, case_alert.c.alert_id, alert_ids))
        .group_by(case_alert.c.alert_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _earliest(*moments: datetime | None) -> datetime:
    return min(moment for moment in moments if moment is not None)


def _day(moment: datetime, calendar: WeekCalendar) -> date:
    return moment.astimezone(calendar.zone).date()
