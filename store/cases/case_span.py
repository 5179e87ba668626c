"""The week from which it is measured what became of a case's client."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.weeks import WeekCalendar
from store.among import among
from store.tables.cases import case_event


def load_reopened_weeks(tx: Connection, case_ids: Iterable[str], calendar: WeekCalendar) -> dict[str, int]:
    """Of those cases that were opened again, the week in which that happened last.

    What the weeks after the first opening were like, the relapse has answered.
    """
    last = (
        sa.select(case_event.c.case_id, sa.func.max(case_event.c.at))
        .where(among(tx, case_event.c.case_id, case_ids), case_event.c.what == "reopened")
        .group_by(case_event.c.case_id)
    )
    return {case_id: calendar.week_at(at) for case_id, at in tx.execute(last)}
