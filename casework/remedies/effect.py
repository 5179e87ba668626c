"""What a remedy brought: the client's weekly turnover after its start against the quarter before it.

Read off the ledger whenever it is asked for, and never stored or typed in. Source: docs/decisions/0018.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import get_args

import numpy as np
import numpy.typing as npt

from schemas.verdicts import Insufficient
from schemas.vocabulary import MeasuredWeeks
from schemas.weeks import Week, monday, week_of_date

# A month for a first look, a quarter, and the half-year after which a case is settled.
MEASURED_WEEKS: tuple[MeasuredWeeks, ...] = get_args(MeasuredWeeks)
BEFORE_WEEKS = 13  # a quarter: every client's monthly and quarterly payments are in it
FEWEST_BEFORE = 4  # a client younger than that has no usual week yet

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Effect:
    """Turnover a week, minor units: mean of the weeks before the start, and of the `weeks` weeks from it on."""

    weeks: int
    before_minor: int
    after_minor: int

    @property
    def change_minor(self) -> int:
        """Turnover a week gained, negative where lost."""
        return self.after_minor - self.before_minor

    @property
    def change_pct(self) -> float | None:
        """The same in percent of the turnover before; None where there was none to compare with."""
        return None if self.before_minor <= 0 else 100 * self.change_minor / self.before_minor


def start_week(starts_on: date) -> Week:
    """The first whole week: that of `starts_on` where it is a Monday, else the next one."""
    week = week_of_date(starts_on)
    return week if monday(week) == starts_on else Week(week + 1)


def effect(turnover: Int64, known: Bool, start: int, weeks: int, began: int = 0) -> Effect | Insufficient:
    """The effect over `weeks` weeks, or how many of them are closed so far.

    `turnover` int64 (w,) minor units and `known` bool (w,): one client's weeks on end, oldest first, which should
    reach from BEFORE_WEEKS before the start to `weeks` after it; a week outside them is not known. `start`: place
    in them of start_week. `began`: place of the client's first week: weeks before it say nothing of its custom
    and are left out. Where seen equals need, it is the weeks before the start that are not known, or too few.
    """
    seen = int(np.count_nonzero(known[max(start, 0) : max(start + weeks, 0)]))
    first = max(start - BEFORE_WEEKS, began) if began else start - BEFORE_WEEKS
    before = mean_turnover(turnover, known, first, start, fewest=FEWEST_BEFORE)
    after = mean_turnover(turnover, known, start, start + weeks)
    if before is None or after is None:
        return Insufficient(seen, weeks)
    return Effect(weeks, before, after)


def mean_turnover(turnover: Int64, known: Bool, first: int, end: int, *, fewest: int = 1) -> int | None:
    """Mean of the weeks [first, end), minor units, to even; None unless all are known and at least `fewest`."""
    length = end - first
    if length < fewest or first < 0 or end > len(known) or not known[first:end].all():
        return None
    return round(Fraction(sum(turnover[first:end].tolist()), length))
