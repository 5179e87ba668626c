"""Deadlines of alerts and cases, by grade, in business days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.sla import (
    STEPS,
    DeadlineRules,
    Progress,
    Within,
    day_alerts_appear,
    deadlines,
    has_to_escalate,
)
from schemas.weeks import parse_week

MONDAY = date(2026, 1, 12)
NONE = frozenset()
ALARM = Progress(MONDAY, MONDAY, {})
PROMPT = Progress(MONDAY, None, {})
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


def due(progress: Progress, today: date = MONDAY, holidays=NONE) -> dict[str, str]:
    return {d.step: d.due_on.isoformat()[5:] for d in deadlines(progress, today, holidays)}


def status(progress: Progress, today: date) -> dict[str, str]:
    return {d.step: d.status for d in deadlines(progress, today, NONE)}


def test_an_alert_is_seen_on_the_monday_after_its_week() -> None:
    assert day_alerts_appear(parse_week("2026-W02")) == MONDAY


def test_an_alarm_is_due_sooner_than_a_prompt() -> None:
    assert due(ALARM) == {
        "acknowledge": "01-13", "task_force": "01-14", "first_contact": "01-19", "first_review": "01-19"
    }  # fmt: skip
    assert due(PROMPT) == {
        "acknowledge": "01-15", "task_force": "01-19", "first_contact": "01-26", "first_review": "01-26"
    }  # fmt: skip


def test_a_holiday_puts_off_what_comes_after_it() -> None:
    assert due(ALARM, holidays=frozenset({date(2026, 1, 14)}))["task_force"] == "01-15"


def test_what_became_an_alarm_later_is_due_by_the_alarm_where_that_is_sooner() -> None:
    raised = replace(PROMPT, alarm_on=MONDAY + timedelta(days=7))
    assert due(raised) == {**due(PROMPT), "first_contact": "01-26"}
    assert due(replace(PROMPT, alarm_on=MONDAY + timedelta(days=1)))["acknowledge"] == "01-14"


@pytest.mark.parametrize(
    ("today", "told"), [("01-12", "due"), ("01-13", "warned"), ("01-14", "breached"), ("01-20", "breached")]
)
def test_what_is_not_done_is_due_then_warned_on_its_last_day_then_breached(today, told) -> None:
    assert status(ALARM, date.fromisoformat(f"2026-{today}"))["acknowledge"] == told


def test_what_is_done_is_met_or_missed_whatever_the_day() -> None:
    done = replace(ALARM, done_on={"acknowledge": date(2026, 1, 13), "task_force": date(2026, 1, 15)})
    told = status(done, date(2026, 6, 1))
    assert (told["acknowledge"], told["task_force"], told["first_contact"]) == ("met", "missed", "breached")


def test_nothing_falls_due_after_the_end() -> None:
    ended = replace(PROMPT, ended_on=date(2026, 1, 16))
    assert status(ended, date(2026, 6, 1)) == {
        "acknowledge": "missed", "task_force": "due", "first_contact": "due", "first_review": "due"
    }  # fmt: skip


@pytest.mark.parametrize(("ended_on", "told"), [("01-15", "due"), ("01-16", "missed"), ("01-30", "missed")])
def test_what_was_never_done_when_it_ended_is_missed_and_not_overdue(ended_on, told) -> None:
    ended = replace(PROMPT, ended_on=date.fromisoformat(f"2026-{ended_on}"))
    assert status(ended, date(2026, 6, 1))["acknowledge"] == told


def test_before_its_end_it_is_overdue_like_any_other() -> None:
    ends = replace(PROMPT, ended_on=date(2026, 1, 30))
    assert status(ends, date(2026, 1, 20))["acknowledge"] == "breached"


def test_what_has_ended_escalates_no_more() -> None:
    (acknowledge, *_) = deadlines(replace(ALARM, ended_on=date(2026, 2, 2)), date(2026, 2, 2), NONE)
    assert (acknowledge.status, has_to_escalate(acknowledge, date(2026, 2, 20), NONE)) == ("missed", False)


@pytest.mark.parametrize(("today", "told"), [("01-13", False), ("01-15", False), ("01-16", True)])
def test_the_region_hears_of_a_breach_of_more_than_two_business_days(today, told) -> None:
    day = date.fromisoformat(f"2026-{today}")
    acknowledge = deadlines(ALARM, day, NONE)[0]
    assert has_to_escalate(acknowledge, day, NONE) is told


def test_a_weekend_and_what_was_done_do_not_escalate() -> None:
    late = replace(ALARM, opened_on=date(2026, 1, 15), alarm_on=date(2026, 1, 15))  # due on Friday
    (acknowledge, *_) = deadlines(late, date(2026, 1, 20), NONE)
    assert (acknowledge.status, has_to_escalate(acknowledge, date(2026, 1, 20), NONE)) == ("breached", False)
    (done, *_) = deadlines(replace(late, done_on={"acknowledge": date(2026, 1, 30)}), date(2026, 2, 20), NONE)
    assert (done.status, has_to_escalate(done, date(2026, 2, 20), NONE)) == ("missed", False)


@given(opened=DAYS, alarm=st.none() | DAYS, done=st.dictionaries(st.sampled_from(STEPS), DAYS), today=DAYS)
def test_time_only_makes_it_worse_and_a_step_done_stays_as_it_was(opened, alarm, done, today) -> None:
    order = ["due", "warned", "breached"]
    progress = Progress(opened, alarm, done)
    for now, next_day in zip(
        deadlines(progress, today, NONE), deadlines(progress, today + timedelta(days=1), NONE), strict=True
    ):
        assert now.due_on == next_day.due_on > opened or alarm is not None
        if now.step in done:
            assert now == next_day
        else:
            assert order.index(now.status) <= order.index(next_day.status)


def test_the_bank_sets_days_warning_and_escalation() -> None:
    rules = DeadlineRules(acknowledge=Within(3, 3), warn_before=1, escalate_after=0)
    on = [deadlines(ALARM, date(2026, 1, day), NONE, rules)[0] for day in (13, 14, 15, 16)]
    assert [d.due_on for d in on] == [date(2026, 1, 15)] * 4
    assert [d.status for d in on] == ["due", "warned", "warned", "breached"]
    assert has_to_escalate(on[-1], date(2026, 1, 16), NONE, rules)
    assert not has_to_escalate(on[-1], date(2026, 1, 16), NONE)
