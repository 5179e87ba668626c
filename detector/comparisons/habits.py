"""What a client usually does in a week, as bits: was it far below its recent average.

One bit a week and client, the newest lowest. Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints

Bits = npt.NDArray[np.uint64]
HABIT_WEEKS = 52  # a year: every season once. Older bits are never read, a state made from a history lacks them
RECENT_WEEKS = 8
_ONE = np.uint64(1)


@dataclass(slots=True)
class Habits:
    """`low`: uint64 (capacity,), set where turnover was below half the recent average."""

    low: Bits

    @classmethod
    def none(cls, capacity: int) -> Habits:
        return cls(np.zeros(capacity, np.uint64))

    @property
    def nbytes(self) -> int:
        return self.low.nbytes

    def grown(self, capacity: int, size: int) -> Habits:
        """The same of the first `size` clients, with room for more."""
        larger = Habits.none(capacity)
        larger.low[:size] = self.low[:size]
        return larger

    def note(self, now: Ints, before: Ints, long_before: Ints) -> None:
        """Take in a week. Running totals, int64 (2, capacity): with the week, before it, 8 weeks before that."""
        volume = _turnover(now, before)
        recent = _turnover(before, long_before)
        # Below half of an eighth of `recent`: a week is at most 2^63 / 52, so that the product fits.
        low = (recent > 0) & (volume * (2 * RECENT_WEEKS) < recent)
        np.left_shift(self.low, _ONE, out=self.low)
        np.bitwise_or(self.low, low, out=self.low)


def share_before(bits: Bits, seen: Ints) -> npt.NDArray[np.float64]:
    """Share of set bits over the up to 52 weeks before the newest, float64; `seen`: weeks of history with it.

    One week of either kind is added, so that no habit is certain.
    """
    weeks = np.clip(seen - 1, 0, HABIT_WEEKS)
    mask = (_ONE << weeks.astype(np.uint64)) - _ONE
    share: npt.NDArray[np.float64] = (np.bitwise_count((bits >> _ONE) & mask) + 1.0) / (weeks + 2.0)
    return share


def _turnover(later: Ints, earlier: Ints) -> Ints:
    total: Ints = later[0] - earlier[0]
    total += later[1]
    total -= earlier[1]
    return total
