"""Which weeks of which shards are closed, asked for by the thousand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.ledger import shard, shard_week

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClosedWeeks:
    """`closed_before` int64 (shards + 1, w + 1): of each shard, how many of the weeks before a place are closed.

    The last row is of a shard that there is not, and has no closed week.
    """

    first_week: int
    place: dict[int, int]
    closed_before: Int64

    def all_closed(self, shards: list[int | None], first: Int64, end: Int64) -> Bool:
        """Bool (n,): whether each shard has closed all weeks of its [first, end), int64 (n,)."""
        last = self.closed_before.shape[1] - 1
        at = np.array([self.place.get(-1 if number is None else number, -1) for number in shards], np.int64)
        begin, stop = (np.clip(week - self.first_week, 0, last) for week in (first, end))
        inside = (first >= self.first_week) & (end <= self.first_week + last)
        closed: Int64 = self.closed_before[at, stop] - self.closed_before[at, begin]
        all_of_them: Bool = inside & (closed == end - first)
        return all_of_them


def load_closed_weeks(tx: Connection, first_week: int, end_week: int) -> ClosedWeeks:
    """The weeks [first_week, end_week) of every shard. One without a state is closed before the oldest open one."""
    opens = {
        row.shard: row.next_to_close or 0 for row in tx.execute(sa.select(shard.c.shard, shard.c.next_to_close))
    }
    place = {number: at for at, number in enumerate(sorted(opens))}
    weeks = np.arange(first_week, max(end_week, first_week))
    closed = np.zeros((len(place) + 1, len(weeks)), np.int64)
    for number, at in place.items():
        closed[at] = weeks < opens[number]
    between = (shard_week.c.week >= first_week, shard_week.c.week < end_week)
    for row in tx.execute(sa.select(shard_week.c.shard, shard_week.c.week, shard_week.c.state).where(*between)):
        if row.shard in place:
            closed[place[row.shard], row.week - first_week] = row.state == "closed"
    return ClosedWeeks(
        first_week, place, np.concatenate((np.zeros((len(closed), 1), np.int64), closed.cumsum(1)), 1)
    )
