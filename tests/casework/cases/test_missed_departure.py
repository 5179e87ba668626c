"""A missed departure is one case a client, and nobody's until somebody takes it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from casework.cases.case_lifecycle import LEAD, Member
from casework.cases.missed_departure import first_closing_day, missed_departure
from casework.cases.task_force import UNASSIGNED, hand_over
from schemas.weeks import week_of_date

TODAY = date(2026, 1, 13)
AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
WEEK = week_of_date(TODAY)


def test_it_is_the_same_case_whoever_looks_and_another_for_another_client() -> None:
    first = missed_departure("C1", "B1", at=AT, today=TODAY, week=WEEK)
    again = missed_departure("C1", "B1", at=AT.replace(hour=9), today=TODAY, week=WEEK)
    assert first.case_id == again.case_id != missed_departure("C2", "B1", at=AT, today=TODAY, week=WEEK).case_id
    assert (first.origin, first.state, first.alert_ids, first.revision) == ("missed_departure", "forming", (), 1)


def test_nobody_leads_it_until_a_person_takes_it_who_is_then_its_only_member() -> None:
    case = missed_departure("C1", "B1", at=AT, today=TODAY, week=WEEK)
    assert (case.lead, case.members) == (UNASSIGNED, ())
    taken = hand_over(case, "manager-b001", TODAY)
    assert taken.members == (Member("manager-b001", LEAD, TODAY),)
    handed_on = hand_over(taken, "manager-b002", TODAY)
    assert {member.user for member in handed_on.members} == {"manager-b001", "manager-b002"}


def test_a_quarter_is_looked_back() -> None:
    assert first_closing_day(TODAY) == date(2025, 10, 14)
