"""Quiet hours: over midnight, where clocks change, and never for ever."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.notices.quiet_hours import QuietHours, end_of_quiet, parse_quiet_hours
from schemas.errors import NotAllowedByRules

HONG_KONG, LONDON = ZoneInfo("Asia/Hong_Kong"), ZoneInfo("Europe/London")
NIGHT = QuietHours(time(22), time(7, 30))
LUNCH = QuietHours(time(12), time(13))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
FIRST = datetime(2025, 10, 25, tzinfo=UTC)  # the day before London's clocks go back
minutes = st.integers(0, 2 * 1440) | st.integers(154 * 1440, 156 * 1440) | st.integers(0, 800 * 1440)


def at(day: int, hour: int, minute: int = 0, *, zone: ZoneInfo = HONG_KONG) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "quiet", "loud"),
    [
        (at(13, 21, 59), NIGHT, at(13, 21, 59)),
        (at(13, 22), NIGHT, at(14, 7, 30)),
        (at(14, 0), NIGHT, at(14, 7, 30)),
        (at(14, 7, 29), NIGHT, at(14, 7, 30)),
        (at(14, 7, 30), NIGHT, at(14, 7, 30)),
        (at(14, 12, 30), LUNCH, at(14, 13)),
        (at(14, 13), LUNCH, at(14, 13)),
        (at(14, 3), None, at(14, 3)),
        (at(31, 23), NIGHT, datetime(2026, 2, 1, 7, 30, tzinfo=HONG_KONG)),
    ],
)
def test_a_notice_waits_for_the_end_of_the_quiet_hours(now, quiet, loud) -> None:
    assert end_of_quiet(now.astimezone(UTC), quiet, HONG_KONG) == loud


def test_an_hour_that_comes_twice_is_waited_for_the_next_time() -> None:
    quiet = QuietHours(time(0, 30), time(1, 30))
    first, second = (datetime(2025, 10, 26, h, 30, tzinfo=UTC) for h in (0, 1))  # 01:30, in summer and in winter
    assert end_of_quiet(first - timedelta(minutes=1), quiet, LONDON) == first
    assert end_of_quiet(second - timedelta(minutes=1), quiet, LONDON) == second


def test_an_end_that_the_clocks_skip_comes_as_much_later() -> None:
    quiet = QuietHours(time(23), time(1, 30))
    half_past_two_in_summer = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert end_of_quiet(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), quiet, LONDON) == half_past_two_in_summer


def test_loud_minutes_that_the_clocks_skip_come_the_day_after() -> None:
    almost_always = QuietHours(time(1, 1), time(1))
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert end_of_quiet(now, almost_always, LONDON) == datetime(2026, 3, 30, 0, tzinfo=UTC)  # 01:00 of summer time


@given(minutes, times, times)
def test_it_is_loud_within_two_days_of_any_time(after, starts, ends) -> None:
    if starts == ends:
        return
    quiet, now = QuietHours(starts, ends), FIRST + timedelta(minutes=after)
    loud = end_of_quiet(now, quiet, LONDON)
    assert now <= loud <= now + timedelta(hours=49)
    assert not quiet.covers(loud.astimezone(LONDON).time())


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        ("22:00", None, "quiet_until"),
        (None, "07:00", "quiet_from"),
        ("24:00", "07:00", "quiet_from"),
        ("22:00", "7:00", "quiet_until"),
        ("22:00", "22:00", "quiet_until"),
    ],
)
def test_half_a_pair_or_no_time_of_day_is_refused(starts, ends, field) -> None:
    with pytest.raises(NotAllowedByRules) as refused:
        parse_quiet_hours(starts, ends)
    assert refused.value.field == field


def test_two_times_are_quiet_hours_and_none_are_none() -> None:
    assert parse_quiet_hours("22:00", "07:30") == NIGHT
    assert parse_quiet_hours(None, None) is None
