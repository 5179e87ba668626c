"""Weeks that move from year to year, so that a quarter is compared with the same quarter a year ago.

Source: docs/decisions/0023-quiet.md. The calendar is an argument: nothing here knows a country or a day.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from detector.windows import MAX_SHIFT, QUARTER, QUARTER_LAST_YEAR
from schemas.weeks import Week

A_YEAR = QUARTER_LAST_YEAR.lag - QUARTER.lag  # weeks between a quarter and the same one a year ago


@dataclass(frozen=True, slots=True)
class Festivals:
    """`weeks`: those of the great moving festival, one a year, ascending. `version`: what they were made from."""

    weeks: tuple[Week, ...] = ()
    version: str = ""

    def shift(self, week: int) -> int:
        """How many weeks earlier than 52 weeks ago the quarter begins that `week`'s quarter is set against.

        Where one of the two holds the festival and the other does not, the year-ago quarter moves by the weeks that
        the festival has moved, so that both hold it or neither does.
        """
        newest = bisect_right(self.weeks, week) - 1
        if newest >= 0 and week - self.weeks[newest] < QUARTER.before:
            this_year, last_year = newest, newest - 1
        else:
            this_year, last_year = newest + 1, newest
        if last_year < 0 or this_year >= len(self.weeks):
            return 0
        inside = QUARTER_LAST_YEAR.lag <= week - self.weeks[last_year] < QUARTER_LAST_YEAR.before
        if inside == (this_year == newest):
            return 0
        moved = self.weeks[this_year] - self.weeks[last_year] - A_YEAR
        return max(-MAX_SHIFT, min(MAX_SHIFT, moved))


NONE = Festivals()
