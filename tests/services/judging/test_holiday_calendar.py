"""Holidays by country: which weeks rest, and which festival moves."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.errors import BadSetting
from schemas.weeks import format_week, monday, week_of_date
from services.judging.holiday_calendar import festivals_of, public_holidays, rest_weeks_of


@pytest.mark.parametrize("country", ["HK", "CN", "SG", "TW", "VN"])
def test_the_spring_festival_is_found_by_its_week(country: str) -> None:
    weeks = {format_week(week) for week in festivals_of(country).weeks}
    assert {"2025-W05", "2026-W08"} <= weeks  # 29 January 2025, 17 February 2026
    assert len([w for w in weeks if w.startswith("2024")]) == 1


def test_where_there_is_no_spring_festival_another_one_moves() -> None:
    assert week_of_date(date(2025, 3, 30)) in festivals_of("AE").weeks  # the end of Ramadan
    assert {monday(week).month for week in festivals_of("GB").weeks} <= {3, 4}
    assert festivals_of("US").weeks == ()


def test_a_week_of_three_holidays_rests() -> None:
    rests = {format_week(week) for week in rest_weeks_of("HK")}
    assert {"2025-W05", "2026-W08"} <= rests
    assert "2026-W19" not in rests


def test_the_version_names_country_and_edition() -> None:
    assert festivals_of("HK").version.startswith("HK-0.")
    assert festivals_of("HK").version != festivals_of("CN").version


def test_a_country_that_nobody_knows_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="EBBWATCH_HOLIDAYS"):
        public_holidays("XX")
