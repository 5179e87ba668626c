"""A case that was opened again is measured from then on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from casework.cases import case_lifecycle
from schemas.weeks import WeekCalendar, week_of_date
from store.cases import case_rows, case_span
from store.unit_of_work import Store

HK = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
AT = datetime(2026, 1, 4, 17, tzinfo=UTC)  # Monday, 5 January in Hong Kong
IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)]


def test_the_last_reopening_counts_and_other_events_do_not(store: Store) -> None:
    with store.write() as tx:
        for number, case_id in enumerate(IDS):
            case = case_lifecycle.open_case(
                case_id, f"C{number}", alert_ids=(), alarm=True, lead="manager-b001", members=(), at=AT,
                today=date(2026, 1, 5), week=week_of_date(date(2026, 1, 5)),
            )  # fmt: skip
            case_rows.save(tx, case)
            case_rows.append_event(tx, case_id, at=AT, actor="manager-b001", what="opened", state="forming")
        for weeks in (3, 20):
            at = AT + timedelta(weeks=weeks)
            case_rows.append_event(tx, IDS[0], at=at, actor="ebbwatch", what="reopened", state="reopened")
        case_rows.append_event(
            tx, IDS[1], at=AT + timedelta(weeks=9), actor="manager-b001", what="moved", state="in_review"
        )
        case_rows.append_event(
            tx, IDS[2], at=AT - timedelta(hours=2), actor="ebbwatch", what="reopened", state="reopened"
        )
    with store.read() as tx:
        found = case_span.load_reopened_weeks(tx, IDS, HK)
        assert case_span.load_reopened_weeks(tx, [], HK) == {}
    first = week_of_date(date(2026, 1, 5))
    assert found == {IDS[0]: first + 20, IDS[2]: first - 1}
