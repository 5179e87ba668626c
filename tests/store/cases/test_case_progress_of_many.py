"""Deadlines of a page of cases are those of each case by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from casework.cases import case_lifecycle
from schemas.weeks import WeekCalendar
from store.cases import case_progress, case_rows
from store.tables.clients import client

CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
AT = datetime(2025, 8, 4, 18, tzinfo=UTC)  # already the fifth in Hong Kong


def test_a_page_of_cases_has_the_progress_of_each(store) -> None:
    made = [
        case_lifecycle.open_case(
            f"00000000-0000-4000-8000-{n:012d}", f"C{n}", alert_ids=(), alarm=False, lead="manager-b001",
            members=(), at=AT, today=AT.date(), week=2900,
        )
        for n in range(3)
    ]  # fmt: skip
    row = {"kind": "company", "branch_id": "B1", "tier": "A", "placeholder": False}
    with store.write() as tx:
        tx.execute(sa.insert(client), [row | {"client_id": c.client_id, "name": c.client_id} for c in made])
        for case in made:
            case_rows.save(tx, case)
    with store.read() as tx:
        found = case_progress.load_progress(tx, [case.case_id for case in made[:2]], CALENDAR)
        assert found == {
            case.case_id: case_progress.load_of_cases(tx, [case], CALENDAR)[case.case_id] for case in made[:2]
        }
        assert case_progress.load_progress(tx, [], CALENDAR) == {}
    assert found[made[0].case_id].opened_on == date(2025, 8, 5)
