"""Whether a client has moved money often enough for a comparison to say anything of it.

Who was paid once, or four times, did not leave when the next payment stays away.
Source: docs/decisions/0009-presets.md.
"""

from __future__ import annotations

import numpy as np

from detector.comparisons.readings import WEEKS_A_YEAR, Bools
from detector.comparisons.windows import Ints, Pair, pairs


def enough_paid(volumes: Ints, fewest: Ints, shift: int = 0) -> Bools:
    """bool (pair of pairs(shift), series, m): there are enough weeks with money in that series to compare with.

    `volumes`: int64 (LONGEST, 3, m), by weeks back; `fewest`: int64 (m,), of a year.
    """
    paid = volumes > 0
    return np.stack([enough_for(paid, pair, fewest) for pair in pairs(shift)])


def enough_for(paid: Bools, pair: Pair, fewest: Ints) -> Bools:
    """bool (series, m), or (m,) of one series. `paid`: (LONGEST, series, m), by weeks back.

    The expected window must hold its share of a year's `fewest`. So that nobody's first few are taken for a habit,
    all that is remembered before the actual window must hold `fewest`, or as many as the expected window has weeks.
    """
    window = pair.expected
    share = -(-fewest * window.weeks // WEEKS_A_YEAR)  # rounded up
    inside = np.count_nonzero(paid[window.lag : window.before], axis=0)
    before = np.count_nonzero(paid[pair.actual.before :], axis=0)
    enough: Bools = (inside >= share) & (before >= np.minimum(fewest, window.weeks))
    return enough
