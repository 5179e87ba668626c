"""Weeks that move from year to year, so that a quarter is compared with the same quarter a year ago.

Source: docs/decisions/0023-quiet.md. The calendar is an argument: nothing here knows a country or a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from detector.comparisons.windows import MAX_SHIFT, QUARTER, QUARTER_LAST_YEAR
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
        for last_year, this_year in pairwise(self.weeks):
            now = QUARTER.lag <= week - this_year < QUARTER.before
            then = QUARTER_LAST_YEAR.lag <= week - last_year < QUARTER_LAST_YEAR.before
            if now != then:
                moved = this_year - last_year - A_YEAR
                return max(-MAX_SHIFT, min(MAX_SHIFT, moved))
        return 0


NONE = Festivals()
