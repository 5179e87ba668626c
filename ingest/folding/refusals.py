"""Which events were refused: one that comes again, corrected or not, is still one event of its week's count.

Each takes an entry of the duplicate filter under an id of its own, and each week with any takes one more, so that a
week without refusals costs one lookup. The body of an entry says whether it was for want of a rate.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from ingest.arrays import Bool, Int32, UInt64
from ingest.folding.event_filter import EventFilter

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)  # odd: another week gives another number
_NO_EVENT = np.zeros(1, np.uint64)
_NO_RATE = np.uint64(1 << 8)  # a body that no event has, but for one in 2^56; its lowest byte is the week's


class Refusals:
    """Works on the filter of a shard, and is saved and forgotten with it."""

    def __init__(self, events: EventFilter) -> None:
        self._events = events
        self._without_rate: Counter[int] = Counter()  # by week
        self._settled: set[int] = set()
        for week in events.weeks:
            ids = _refused(events.ids_of(_NO_RATE, week), np.array([week], np.int32))  # takes itself back
            self._without_rate[week] = int((~events.known_in_week(ids, week)).sum())

    def remember(self, event_hash: UInt64, week: Int32, no_rate: Bool) -> Bool:
        """Remember refused events of some weeks. Mask of those that came for the first time, refused or not.

        `no_rate`: which were refused for want of a rate.
        """
        nothing = np.zeros(len(week), np.uint64)
        fresh, _ = self._events.admit(_refused(event_hash, week), np.where(no_rate, _NO_RATE, nothing), week)
        weeks = np.unique(week)
        self._events.add(_refused(_NO_EVENT, weeks), nothing[: len(weeks)], weeks)
        for number in weeks.tolist():
            mine = fresh & no_rate & (week == number)
            self._without_rate[number] += int((~self._events.known_in_week(event_hash[mine], number)).sum())
        return fresh & ~self._events.contains(event_hash)

    def count_refused(self, event_hash: UInt64, week: int) -> int:
        """How many of these events of a week were refused there before."""
        of_week = np.array([week], np.int32)
        if not self._events.contains(_refused(_NO_EVENT, of_week))[0]:
            return 0
        return int(self._events.contains(_refused(event_hash, of_week)).sum())

    def mark_accepted(self, event_hash: UInt64, week: Int32) -> None:
        """These events were accepted, each for the first time."""
        for number in [number for number, count in self._without_rate.items() if count]:
            settled = int(self.lacked_rate(event_hash[week == number], number).sum())
            if settled:
                self._without_rate[number] -= settled
                self._settled.add(number)

    def lacked_rate(self, event_hash: UInt64, week: int) -> Bool:
        """Which of these events of a week were refused there before for want of a rate."""
        return self._events.known_with_body(_refused(event_hash, np.array([week], np.int32)), _NO_RATE, week)

    def count_without_rate(self, week: int) -> int:
        """Events of a week that were refused for want of a rate and have not come again since."""
        return self._without_rate[week]

    def drain_settled(self) -> set[int]:
        """Weeks of which such events have come again since the last call."""
        settled, self._settled = self._settled, set()
        return settled

    def forget_before(self, week: int) -> None:
        """With the filter."""
        for gone in [number for number in self._without_rate if number < week]:
            del self._without_rate[gone]


def _refused(event_hash: UInt64, week: Int32) -> UInt64:
    """Ids of refusals in the filter, apart from those of the events themselves."""
    return event_hash ^ ((week.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
