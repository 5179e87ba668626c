"""How the deadlines of many cases stand: for a page of a list, in a few statements."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.engine import Connection

from casework.alerts.sla import Progress
from schemas.weeks import WeekCalendar
from store.among import among
from store.cases import case_progress
from store.cases.case_rows import load_where
from store.tables.cases import client_case


def load_progress(tx: Connection, case_ids: Collection[str], calendar: WeekCalendar) -> dict[str, Progress]:
    """What has been done about each of these cases, and when, by case_id."""
    found = load_where(tx, among(tx, client_case.c.case_id, case_ids))
    return case_progress.load_of_cases(tx, found, calendar)
