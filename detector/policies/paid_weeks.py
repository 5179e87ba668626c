"""Whether a client has moved money often enough, and lately enough, for a comparison to say anything of it.

Who was paid once, or four times, did not leave when the next payment stays away.
Source: docs/decisions/0009-presets.md.
"""

from __future__ import annotations

import numpy as np

from detector.comparisons.habits import REMEMBERED_WEEKS, Bits, weeks_in
from detector.comparisons.readings import WEEKS_A_YEAR, Bools
from detector.comparisons.sums import Ints
from detector.comparisons.windows import SERIES, Pair, pairs
from schemas.verdicts import Series

GONE_WEEKS = 26  # and EBBWATCH_GONE_AFTER_WEEKS for the list


def is_gone(paid: Bits) -> Bools:
    """bool (m,): no money moved either way for half a year. What is over is told of no more, week after week.

    `paid`: uint64 (series, m), of Habits.paid_in.
    """
    gone: Bools = weeks_in(paid[SERIES.index(Series.TURNOVER)], 0, GONE_WEEKS) == 0
    return gone


def enough_paid(paid: Bits, fewest: Ints, shift: int = 0) -> Bools:
    """bool (pair of pairs(shift), series, m): there are enough weeks with money in that series to compare with, and
    the client is not gone.

    `paid`: uint64 (series, m), of Habits.paid_in; `fewest`: int64 (m,), of a year.
    """
    enough = np.stack([enough_for(paid, pair, fewest) for pair in pairs(shift)])
    return enough & ~is_gone(paid)


def enough_for(paid: Bits, pair: Pair, fewest: Ints) -> Bools:
    """bool of the shape of `paid`, (series, m), or (m,) of one series: of one comparison.

    The expected window must hold its share of a year's `fewest`, as far as it is remembered. So that nobody's first
    few are taken for a habit, all that is remembered before the actual window must hold `fewest`, or as many as the
    expected window has weeks.
    """
    window = pair.expected
    weeks = min(window.before, REMEMBERED_WEEKS) - window.lag
    share = -(-fewest * weeks // WEEKS_A_YEAR)  # rounded up
    before = weeks_in(paid, pair.actual.before)
    enough: Bools = (weeks_in(paid, window.lag, weeks) >= share) & (before >= np.minimum(fewest, window.weeks))
    return enough
