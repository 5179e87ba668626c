"""Weeks beside the standard library's calendar, in zones with and without summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.week_table import weeks_at
from schemas.weeks import NotAWeek, WeekCalendar, format_week, monday, parse_week, week_of_date

LAST_WEEK = 52 * 180 - 1
DAYS = st.dates(date(1970, 1, 1), date(2149, 1, 1))


@given(DAYS)
def test_a_day_lies_in_its_iso_week(day: date) -> None:
    week = week_of_date(day)
    assert format_week(week) == day.strftime("%G-W%V")
    assert parse_week(format_week(week)) == week
    assert monday(week) == day - timedelta(days=day.weekday())


def test_the_first_week_is_that_of_the_first_of_january_1970() -> None:
    assert (week_of_date(date(1969, 12, 29)), week_of_date(date(1970, 1, 4))) == (0, 0)
    assert (week_of_date(date(1969, 12, 28)), week_of_date(date(1970, 1, 5))) == (-1, 1)
    assert parse_week("0999-W01") == week_of_date(date.fromisocalendar(999, 1, 1))
    assert format_week(parse_week("0999-W01")) == "0999-W01"


@pytest.mark.parametrize(
    "text", ["2025-W53", "2026-W00", "2026-W54", "2026W02", "2026-W2", "0000-W01", "", "2026-W02 "]
)
def test_what_names_no_week_is_refused_and_repeated(text: str) -> None:
    with pytest.raises(NotAWeek) as refused:
        parse_week(text)
    assert str(refused.value) == f"{text!r} is not an ISO week such as 2026-W02"


@pytest.fixture(scope="module", params=["Asia/Hong_Kong", "Europe/London", "UTC"])
def calendar(request: pytest.FixtureRequest) -> WeekCalendar:
    return WeekCalendar(ZoneInfo(request.param))


@given(week=st.integers(0, LAST_WEEK - 1))
def test_a_week_begins_at_its_mondays_midnight_and_ends_where_the_next_begins(
    calendar: WeekCalendar, week: int
) -> None:
    midnight = datetime.combine(monday(week), datetime.min.time(), calendar.zone)
    assert calendar.start_s(week) == midnight.timestamp()
    assert calendar.end_s(week) == calendar.start_s(week + 1)
    end = calendar.end(week)
    assert end.timestamp() == calendar.end_s(week)
    assert end.tzinfo is UTC


@given(week=st.integers(1, LAST_WEEK - 1))
def test_the_first_second_is_of_the_week_and_the_one_before_is_not(calendar: WeekCalendar, week: int) -> None:
    first = calendar.start_s(week)
    seconds = np.array([first - 1, first, calendar.end_s(week) - 1], np.int64)
    weeks = weeks_at(calendar, seconds)
    assert weeks.tolist() == [week - 1, week, week]
    assert weeks.dtype == np.int32
    assert [calendar.week_at(datetime.fromtimestamp(each, UTC)) for each in seconds.tolist()] == weeks.tolist()


def test_before_the_first_and_behind_the_last_week(calendar: WeekCalendar) -> None:
    far = datetime(2500, 1, 1, tzinfo=UTC).timestamp()
    assert weeks_at(calendar, np.array([calendar.start_s(0) - 1, far], np.int64)).tolist() == [-1, LAST_WEEK]


def test_calendars_of_one_zone_are_equal_and_say_only_their_zone(calendar: WeekCalendar) -> None:
    assert WeekCalendar(calendar.zone) == calendar != WeekCalendar(ZoneInfo("Asia/Tokyo"))
    assert repr(calendar) == f"WeekCalendar(zone={calendar.zone!r})"
