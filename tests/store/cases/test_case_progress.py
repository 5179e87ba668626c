"""What was done about alerts and cases, and on which day in the bank's zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from casework.alerts.judging import judge
from casework.alerts.sla import Progress
from casework.cases import task_force
from casework.cases.case_lifecycle import Case, CaseRules, Review, Task, close, open_case
from schemas.errors import NotFound
from schemas.verdicts import Direction, Grade, Verdict
from schemas.weeks import Week, WeekCalendar
from store import audit
from store.alerts import alert_rows
from store.audit import Entry
from store.cases import case_progress, case_rows, case_search
from store.tables.clients import client

W = 2923  # 2026-W02
MONDAY = date(2026, 1, 12)  # the day after it
EVENING = datetime(2026, 1, 12, 18, tzinfo=UTC)  # the 13th in Hong Kong
DAY = date(2026, 1, 13)
CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
FACTS = {"client_id": "C1", "name": "C1", "kind": "company", "branch_id": "B1", "tier": "A", "placeholder": False}


@pytest.fixture
def alert_ids(store) -> list[str]:
    """C1's prompt of week W, which is an alarm from the next week on, and its rise of week W + 1, a prompt."""
    with store.write() as tx:
        tx.execute(sa.insert(client).values(FACTS))
        facts = alert_rows.load_client_facts(tx, ["C1"])["C1"]
        made = []
        for direction, first in ((Direction.FALL, W), (Direction.RISE, W + 1)):
            episode = judge(None, None, verdict(first, direction, Grade.PROMPT), Week(first), None)
            alert_rows.save(tx, episode, facts, "HKD", EVENING)
            made.append(episode)
        raised = replace(
            made[0], revision=2, grade=Grade.ALARM, last_week=W + 1, unsaved_weeks=frozenset({W + 1}),
            evidence={W: made[0].evidence[W], W + 1: verdict(W + 1, Direction.FALL, Grade.ALARM)},
        )  # fmt: skip
        alert_rows.save(tx, raised, facts, "HKD", EVENING)
    return [each.alert_id for each in made]


def verdict(week: int, direction: Direction, grade: Grade) -> Verdict:
    return Verdict("C1", Week(week), direction, grade, (), 5, "standard-1", 1)


def a_case(*alert_ids: str, at: datetime = EVENING) -> Case:
    return open_case(
        "00000000-0000-4000-8000-000000000001", "C1", alert_ids=alert_ids, alarm=True, lead="manager-b001",
        members=[("staff-17", "m")], at=at, today=DAY, week=W + 1,
    )  # fmt: skip


def acted(store, alert_id: str, at: datetime) -> None:
    with store.write() as tx:
        audit.record_all(
            tx, [Entry(at, "staff-17", "branch_staff", "alert.assign", "alert", alert_id, {}, {}, "r")]
        )


def of_case(store, case: Case) -> Progress:
    with store.write() as tx:
        if case.revision == 1:
            case_rows.save(tx, case)
        return case_progress.load_of_cases(tx, [case], CALENDAR)[case.case_id]


def test_a_new_case_has_its_alerts_weeks_and_counts_as_seen_and_formed(store, alert_ids) -> None:
    assert of_case(store, a_case(*alert_ids)) == Progress(
        MONDAY, MONDAY + timedelta(days=7), {"acknowledge": DAY, "task_force": DAY}
    )


def test_who_acted_on_an_alert_before_had_seen_it(store, alert_ids) -> None:
    acted(store, alert_ids[0], EVENING - timedelta(hours=12))
    acted(store, alert_ids[0], EVENING - timedelta(hours=6))
    assert of_case(store, a_case(alert_ids[0])).done_on == {"acknowledge": MONDAY, "task_force": DAY}


def test_contacts_and_reviews_are_the_first_of_their_kind(store, alert_ids) -> None:
    case = a_case(alert_ids[0])
    of_case(store, case)
    for n, kind in enumerate(("analysis", "contact", "contact")):
        case = task_force.add_task(case, Task(f"t{n}", "t", "staff-17", DAY, kind))
        case = task_force.finish_task(case, f"t{n}", "e", "staff-17", EVENING + timedelta(days=5 - n))
    for held_on in (DAY + timedelta(days=3), DAY + timedelta(days=2)):
        review = Review("r", held_on, ("manager-b001", "staff-17"), "m", "d", "staff-17")
        case = task_force.add_review(case, review, CaseRules(), held_on)
    progress = of_case(store, case)
    assert progress.done_on["first_contact"] == DAY + timedelta(days=3)
    assert progress.done_on["first_review"] == DAY + timedelta(days=2)


def test_a_case_without_alerts_counts_from_its_opening_and_ends_with_its_closing(store) -> None:
    case = a_case()
    assert of_case(store, case) == Progress(DAY, None, {"acknowledge": DAY, "task_force": DAY})
    closed = close(
        case,
        truth="true_decline",
        retention="lost",
        cause="c",
        undecided=(),
        at=EVENING + timedelta(days=9),
        week=W,
    )
    assert of_case(store, closed).ended_on == DAY + timedelta(days=9)


def test_alerts_without_a_case_are_seen_or_not(store, alert_ids) -> None:
    fall, rise = alert_ids
    acted(store, rise, EVENING)
    with store.read() as tx:
        found = case_progress.load_of_alerts(tx, [fall, rise, "no-such-alert"], CALENDAR)
    assert found == {
        fall: Progress(MONDAY, MONDAY + timedelta(days=7), {}),
        rise: Progress(MONDAY + timedelta(days=7), None, {"acknowledge": DAY}),
    }


def test_an_alert_in_a_case_is_seen_and_has_its_task_force(store, alert_ids) -> None:
    of_case(store, a_case(alert_ids[1]))
    with store.read() as tx:
        found = case_progress.load_of_alerts(tx, alert_ids, CALENDAR)
    assert [found[each].done_on for each in alert_ids] == [{}, {"acknowledge": DAY, "task_force": DAY}]


def test_a_whole_case_is_what_its_parts_are_with_the_first_week_of_its_alerts(store, alert_ids) -> None:
    case = a_case(*alert_ids)
    of_case(store, case)
    with store.read() as tx:
        found = case_search.get_whole(tx, case.case_id, only_branch=None)
        assert (found.row, found.case) == (
            case_search.get(tx, case.case_id, only_branch=None), case_rows.get(tx, case.case_id),
        )  # fmt: skip
        assert (found.first_alert_week, found.client_closed_on) == (W, None)
        with pytest.raises(NotFound):
            case_search.get_whole(tx, case.case_id, only_branch="another")
