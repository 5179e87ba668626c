"""Which events were refused: one that comes again, corrected or not, is still one event of its week's count.

Each takes an entry of the duplicate filter under an id of its own, and each week with any takes one more, so that a
week without refusals costs one lookup.
"""

from __future__ import annotations

import numpy as np

from ingest.arrays import Bool, Int32, UInt64
from ingest.folding.event_filter import EventFilter

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)  # odd: another week gives another number
_NO_EVENT = np.zeros(1, np.uint64)


class Refusals:
    """Works on the filter of a shard, and is saved and forgotten with it."""

    def __init__(self, events: EventFilter) -> None:
        self._events = events

    def remember(self, event_hash: UInt64, week: Int32) -> Bool:
        """Remember refused events of some weeks. Mask of those that came for the first time, refused or not."""
        nothing = np.zeros(len(week), np.uint64)
        fresh, _ = self._events.admit(_refused(event_hash, week), nothing, week)
        weeks = np.unique(week)
        self._events.add(_refused(_NO_EVENT, weeks), nothing[: len(weeks)], weeks)
        return fresh & ~self._events.contains(event_hash)

    def count_refused(self, event_hash: UInt64, week: int) -> int:
        """How many of these events of a week were refused there before."""
        of_week = np.array([week], np.int32)
        if not self._events.contains(_refused(_NO_EVENT, of_week))[0]:
            return 0
        return int(self._events.contains(_refused(event_hash, of_week)).sum())


def _refused(event_hash: UInt64, week: Int32) -> UInt64:
    """Ids of refusals in the filter, apart from those of the events themselves."""
    return event_hash ^ ((week.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
