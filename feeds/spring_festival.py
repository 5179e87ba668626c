"""The first day of the lunar year, which moves between 21 January and 20 February.

A table, because the date follows the true new moon and the true sun at the meridian of Beijing (GB/T 33661-2017),
which no short formula gives. Past its end the date of 19 years before is taken (the Metonic cycle): right to a day,
now and then out by a month, and good enough for a bank that does not exist.
"""

from __future__ import annotations

from datetime import date, timedelta

_FIRST_YEAR, _METONIC_YEARS = 1970, 19
_DAYS_AFTER_20_JANUARY = (
    *(17, 7, 26, 14, 3, 22, 11, 29, 18, 8, 27, 16, 5, 24, 13, 31, 20, 9, 28, 17, 7, 26, 15, 3, 21, 11),
    *(30, 18, 8, 27, 16, 4, 23, 12, 2, 20, 9, 29, 18, 6, 25, 14, 3, 21, 11, 30, 19, 8, 27, 16, 5, 23),
    *(12, 2, 21, 9, 28, 17, 6, 24, 14, 3, 22, 11, 30, 19, 8, 26, 15, 4, 23, 12, 2, 21, 10, 28, 17, 6),
    *(25, 13, 3, 22, 12, 30, 19, 8, 26, 15, 4, 23, 13, 1, 20, 9, 28, 16, 6, 25, 14, 3, 22, 11, 30, 18),
    *(7, 26, 16, 4, 23, 13, 2, 20, 9, 28, 17, 6, 25, 14, 4, 21, 10, 29, 18, 7, 26, 16, 5, 23, 12, 1),
)


def spring_festival(year: int) -> date:
    """First day of the lunar year that begins in `year`. Raises ValueError before 1970."""
    if year < _FIRST_YEAR:
        raise ValueError(f"no Spring Festival is known for {year}")
    row = year - _FIRST_YEAR
    while row >= len(_DAYS_AFTER_20_JANUARY):
        row -= _METONIC_YEARS
    return date(year, 1, 20) + timedelta(days=_DAYS_AFTER_20_JANUARY[row])
