"""What a client usually does in a week, as bits: did money move, was it far below its recent average if it had one.

One bit a week and client, the newest lowest. Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints
from detector.ids import Rows

Bits = npt.NDArray[np.uint64]
HABIT_WEEKS = 52  # a year: every season once. Older bits are never read, a state made from a history lacks them
RECENT_WEEKS = 8
REMEMBERED_WEEKS = 64  # bits: of older weeks, nothing is known. A state's history is longer
_ONE = np.uint64(1)
_YEAR = np.uint64(2**HABIT_WEEKS - 1)


@dataclass(slots=True)
class Habits:
    """uint64 (capacity,) each. `comparable`: set where the recent average was above zero, so that a week could be
    low against it; `low`: set where turnover was below half of it. `paid`: (2, capacity), set where money moved in
    debit, credit.
    """

    low: Bits
    comparable: Bits
    paid: Bits

    @classmethod
    def none(cls, capacity: int) -> Habits:
        return cls(*(np.zeros(shape, np.uint64) for shape in (capacity, capacity, (2, capacity))))

    @property
    def nbytes(self) -> int:
        return self.low.nbytes + self.comparable.nbytes + self.paid.nbytes

    def grown(self, capacity: int, size: int) -> Habits:
        """The same of the first `size` clients, with room for more."""
        larger = Habits.none(capacity)
        larger.put(slice(0, size), Habits(self.low[:size], self.comparable[:size], self.paid[:, :size]))
        return larger

    def put(self, rows: Rows | slice, habits: Habits) -> None:
        """Write the habits of some clients over theirs."""
        self.low[rows], self.comparable[rows], self.paid[:, rows] = habits.low, habits.comparable, habits.paid

    def paid_in(self, rows: Rows) -> Bits:
        """uint64 (4, m): weeks in which money moved in debit, in credit, and in either: turnover, and payments."""
        debit, credit = self.paid[:, rows]
        either = debit | credit
        return np.stack([debit, credit, either, either])

    def note(self, now: Ints, before: Ints, long_before: Ints) -> None:
        """Take in a week. Running totals, int64 (3, capacity): with the week, before it, 8 weeks before that."""
        volume = _turnover(now, before)
        recent = _turnover(before, long_before)
        comparable = recent > 0
        # Below half of an eighth of `recent`: a week is at most 2^63 / 52, so that the product fits.
        low = comparable & (volume * (2 * RECENT_WEEKS) < recent)
        paid = (now[0] > before[0], now[1] > before[1])
        for bits, newest in zip((self.low, self.comparable, *self.paid), (low, comparable, *paid), strict=True):
            np.left_shift(bits, _ONE, out=bits)
            np.bitwise_or(bits, newest, out=bits)


def share_before(low: Bits, comparable: Bits) -> npt.NDArray[np.float64]:
    """Share of the comparable weeks that were low, of the 52 before the newest, float64.

    One week of either kind is added, so that no habit is certain.
    """
    lows, weeks = (np.bitwise_count((bits >> _ONE) & _YEAR) for bits in (low, comparable))
    share: npt.NDArray[np.float64] = (lows + 1.0) / (weeks + 2.0)
    return share


def weeks_in(bits: Bits, lag: int, weeks: int = REMEMBERED_WEEKS) -> npt.NDArray[np.uint8]:
    """Set bits of `weeks` weeks of which the last is `lag` weeks before the newest, as far as is remembered."""
    count: npt.NDArray[np.uint8] = np.bitwise_count((bits >> np.uint64(lag)) & np.uint64(2**weeks - 1))
    return count


def _turnover(later: Ints, earlier: Ints) -> Ints:
    total: Ints = later[0] - earlier[0]
    total += later[1]
    total -= earlier[1]
    return total
