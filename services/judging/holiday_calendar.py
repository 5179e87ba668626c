"""Public holidays of the bank's country, from the library: days of rest, and the great festival that moves."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.metadata import version

import holidays

from casework.quiet.calendar import rest_weeks
from detector.quiet.calendar import Festivals
from schemas.errors import BadSetting
from schemas.weeks import Week, week_of_date

YEARS = range(2009, 2046)  # a history may begin long before the service, which is to run for ten years
# What moves business most comes first; a country has at most one that weeks are aligned by.
_FESTIVALS = (
    ("chinese new year", "lunar new year", "spring festival", "korean new year"),
    ("eid al-fitr",),
    ("easter monday",),
    ("good friday",),
)
_NOT_THE_DAY = ("eve", "observed", "estimated")


@cache  # of thirty years, and several services of one process ask
def public_holidays(country: str) -> frozenset[date]:
    """Raises BadSetting for a country without known holidays."""
    return frozenset(_named(country))


@cache
def rest_weeks_of(country: str) -> frozenset[Week]:
    """Weeks that are mostly public holidays."""
    return rest_weeks(public_holidays(country))


@cache
def festivals_of(country: str) -> Festivals:
    """The weeks of the country's great moving festival; none where it has none."""
    edition = "-".join((country, version("holidays")))
    for names in _FESTIVALS:
        first: dict[int, date] = {}
        for day, name in sorted(_named(country).items()):
            lower = name.lower()
            if any(n in lower for n in names) and not any(word in lower for word in _NOT_THE_DAY):
                first.setdefault(day.year, day)
        if first:
            return Festivals(tuple(week_of_date(day) for day in first.values()), edition)
    return Festivals((), edition)


@cache
def _named(country: str) -> dict[date, str]:
    try:
        found = holidays.country_holidays(country, years=YEARS)
        if "en_US" in found.supported_languages:
            found = holidays.country_holidays(country, years=YEARS, language="en_US")
    except NotImplementedError:
        raise BadSetting(f"EBBWATCH_HOLIDAYS: {country!r} is no country whose holidays are known") from None
    return dict(found)
