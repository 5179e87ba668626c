"""Business days, against counting them one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.quiet.business_days import add_business_days, business_days_between

DAYS = st.dates(date(2025, 12, 1), date(2026, 3, 1))
HOLIDAYS = st.frozensets(DAYS, max_size=20)


def is_business_day(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


@given(day=DAYS, count=st.integers(1, 15), holidays=HOLIDAYS)
def test_the_nth_business_day_is_the_one_found_by_counting(day, count, holidays) -> None:
    found = day
    for _ in range(count):
        found += timedelta(days=1)
        while not is_business_day(found, holidays):
            found += timedelta(days=1)
    assert add_business_days(day, count, holidays) == found
    assert business_days_between(day, found, holidays) == count


@given(earlier=DAYS, later=DAYS, holidays=HOLIDAYS)
def test_the_days_between_are_those_after_the_one_up_to_the_other(earlier, later, holidays) -> None:
    days = [earlier + timedelta(days=n) for n in range(1, (later - earlier).days + 1)]
    assert business_days_between(earlier, later, holidays) == sum(is_business_day(day, holidays) for day in days)


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        ("2026-01-12", 1, "2026-01-13"),  # Monday
        ("2026-01-16", 1, "2026-01-19"),  # Friday
        ("2026-01-17", 1, "2026-01-19"),  # Saturday
        ("2026-02-13", 2, "2026-02-20"),  # the Lunar New Year lies between
    ],
)
def test_weekends_and_holidays_are_passed_over(day, count, found) -> None:
    new_year = frozenset(date(2026, 2, number) for number in (17, 18, 19))
    assert add_business_days(date.fromisoformat(day), count, new_year) == date.fromisoformat(found)
