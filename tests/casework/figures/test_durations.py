"""Reactions are counted from the Monday an alert can be seen, in hours and in the bank's business days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.sla import day_alerts_appear
from casework.figures.durations import Lead, Moments, Reaction, lead_times, reaction_times
from casework.quiet.business_days import business_days_between
from schemas.weeks import WeekCalendar, monday, parse_week

HK = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
LONDON = WeekCalendar(ZoneInfo("Europe/London"))
WEEK = parse_week("2026-W02")  # seen from Monday, 12 January
NEW_YEAR = frozenset({date(2026, 1, 14)})


def moments(*done: datetime, week: int = WEEK) -> Moments:
    return Moments(np.full(len(done), week, np.int64), np.array([int(d.timestamp()) for d in done], np.int64))


def at(day: date, hour: int = 0, zone: WeekCalendar = HK) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone.zone)


def test_hours_pass_day_and_night_and_business_days_do_not() -> None:
    done = moments(at(date(2026, 1, 15), 9))
    assert reaction_times(done, HK, NEW_YEAR) == Reaction(1, 81.0, 81.0, 2.0, 2.0)
    assert reaction_times(done, HK, frozenset()) == Reaction(1, 81.0, 81.0, 3.0, 3.0)


def test_what_was_done_before_the_week_was_over_took_no_time() -> None:
    assert reaction_times(moments(at(date(2026, 1, 10), 9)), HK, frozenset()) == Reaction(1, 0.0, 0.0, 0.0, 0.0)


def test_nothing_done_is_no_figure() -> None:
    assert reaction_times(Moments(), HK, frozenset()) is None
    assert lead_times([]) is None


def test_half_were_quicker_than_the_median_and_nine_in_ten_than_the_other() -> None:
    start = at(date(2026, 1, 12))
    found = reaction_times(moments(*(start + timedelta(hours=n) for n in range(101))), HK, frozenset())
    assert (found.count, found.median_hours, found.p90_hours) == (101, 50.0, 90.0)
    assert lead_times(list(range(101))) == Lead(101, 50.0, 10.0)


def test_parts_added_up_are_the_whole() -> None:
    one, other = moments(at(date(2026, 1, 13))), moments(at(date(2026, 1, 16)), week=WEEK - 1)
    both = one + other
    assert both.weeks.tolist() == [WEEK, WEEK - 1]
    assert reaction_times(both, HK, frozenset()).median_hours == pytest.approx((24 + 24 * 11) / 2)


@given(
    st.lists(st.tuples(st.integers(WEEK - 60, WEEK), st.integers(0, 60 * 24 * 40)), min_size=1, max_size=8),
    st.sampled_from([HK, LONDON]),
    st.sets(st.dates(date(2025, 1, 1), date(2026, 3, 1)), max_size=30),
)
def test_it_agrees_with_the_deadlines(done: list[tuple[int, int]], zone: WeekCalendar, holidays: set[date]) -> None:
    instants = [at(monday(week + 1), zone=zone) + timedelta(minutes=minutes) for week, minutes in done]
    weeks = np.array([week for week, _ in done], np.int64)
    seconds = np.array([int(instant.timestamp()) for instant in instants], np.int64)
    found = reaction_times(Moments(weeks, seconds), zone, frozenset(holidays))
    days = [
        business_days_between(day_alerts_appear(week), instant.astimezone(zone.zone).date(), frozenset(holidays))
        for (week, _), instant in zip(done, instants, strict=True)
    ]
    hours = [
        (instant - at(monday(week + 1), zone=zone)).total_seconds() / 3600
        for (week, _), instant in zip(done, [i.astimezone(ZoneInfo("UTC")) for i in instants], strict=True)
    ]
    assert found.median_business_days == pytest.approx(np.median(days))
    assert found.p90_business_days == pytest.approx(np.percentile(days, 90))
    assert found.median_hours == pytest.approx(np.median(hours))
