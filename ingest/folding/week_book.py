"""The weeks of one shard: open, held or closed, and how many events each has had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ingest.arrays import Bool, Int32
from ingest.folding.closing import LOOK_BACK_WEEKS, ClosingRules
from store.ledger.checkpoint import WeekState

OPEN, HELD, CLOSED = "open", "held", "closed"
MARKER, WATERMARK, IDLE, RELEASE = "marker", "watermark", "idle", "release"


class WeekBook:
    """Weeks close in order, `next_to_close` first; all before it are held or closed, all from it on are open."""

    def __init__(self, next_to_close: int | None, rules: ClosingRules, weeks: Iterable[WeekState] = ()) -> None:
        self.next_to_close = next_to_close
        self._rules = rules
        self._weeks = {week.week: week for week in weeks}
        self._changed: set[int] = set()

    @property
    def floor(self) -> int:
        """The oldest week kept in memory; every earlier one is too late, held or not."""
        return 0 if self.next_to_close is None else max(0, self.next_to_close - self._rules.memory_weeks)

    def too_late(self, weeks: Int32) -> Bool:
        """Mask of the events that can no longer be taken: closed and past the correction horizon."""
        if self.next_to_close is None:
            return weeks < 0
        if not self.started:
            return weeks < self.floor
        late = weeks < max(0, self.next_to_close - self._rules.correction_weeks)
        if self._rules.correction_weeks < self._rules.memory_weeks and late.any():
            late &= ~np.isin(weeks, [week.week for week in self.held_weeks()])
        return late

    @property
    def started(self) -> bool:
        """True once a week has been closed or held: before that, an earlier event makes an earlier first week."""
        return self.next_to_close is not None and self.next_to_close - 1 in self._weeks

    def state(self, week: int) -> str:
        found = self._weeks.get(week)
        if found is not None:
            return found.state
        return OPEN if self.next_to_close is None or week >= self.next_to_close else CLOSED

    def weeks_before(self, week: int) -> list[int]:
        """Up to LOOK_BACK_WEEKS weeks that the shard has had before this one and still remembers."""
        return [w for w in range(max(self.floor, week - LOOK_BACK_WEEKS), week) if w in self._weeks]

    def count(self, state: str) -> int:
        """How many weeks in memory are in a state."""
        return sum(week.state == state for week in self._weeks.values())

    def held_weeks(self) -> list[WeekState]:
        """Held weeks that may still change, oldest first."""
        return sorted((w for w in self._weeks.values() if w.state == HELD and w.week >= self.floor), key=_number)

    @property
    def last_expected(self) -> int | None:
        """The last open week that its sender has finished."""
        finished = [week for week, kept in self._weeks.items() if kept.state == OPEN and kept.expected is not None]
        return max(finished, default=None)

    def get(self, week: int) -> WeekState:
        return self._weeks.get(week) or WeekState(week, self.state(week), 0)

    def count_received(self, week: int, count: int, *, taken: bool) -> None:
        """`count` distinct events of `week` came; `taken`: at least one of them changes the ledger.

        A shard may see an event of a week before its first one. The weeks between were all silent and are closed.
        """
        if self.next_to_close is None or (week < self.next_to_close and not self.started):
            self.next_to_close = week
        if week < self.next_to_close and week not in self._weeks:
            if not taken:
                return
            for silent in range(week, min(self._weeks)):
                self._put(WeekState(silent, CLOSED, 0, closed_by=WATERMARK))
        held = self.get(week)
        self._put(replace(held, received=held.received + count))

    def set_expected(self, week: int, expected: int) -> None:
        """The sender says how many events of `week` it has put into the partition; the newest word holds."""
        if self.next_to_close is None or (week < self.next_to_close and not self.started):
            self.next_to_close = week
        if week >= self.next_to_close or week in self._weeks:
            self._put(replace(self.get(week), expected=expected))

    def close_next(self, week: int, by: str, hold_reason: str | None) -> None:
        """Close `week`, which is `next_to_close`, or hold it for `hold_reason`."""
        self.close_or_hold(week, by, hold_reason)
        self.next_to_close = week + 1

    def close_or_hold(self, week: int, by: str, hold_reason: str | None) -> None:
        """A week is closed `by` something, or held for `hold_reason`."""
        if hold_reason is None:
            self._put(replace(self.get(week), state=CLOSED, closed_by=by, hold_reason=None))
        else:
            self._put(replace(self.get(week), state=HELD, closed_by=None, hold_reason=hold_reason))

    def mark_released(self, week: int) -> None:
        """A person has closed a held week in the database: nothing to write, it is known there."""
        if self.state(week) == HELD and week in self._weeks:
            self._weeks[week] = replace(self._weeks[week], state=CLOSED, closed_by=RELEASE)

    def drain(self) -> tuple[WeekState, ...]:
        """Weeks that changed since the last drain, oldest first."""
        changed = tuple(self._weeks[week] for week in sorted(self._changed))
        self._changed.clear()
        return changed

    def forget_before(self, week: int) -> None:
        """Drain first."""
        for gone in [number for number in self._weeks if number < week]:
            del self._weeks[gone]

    def _put(self, week: WeekState) -> None:
        if self._weeks.get(week.week) != week:
            self._weeks[week.week] = week
            self._changed.add(week.week)


def _number(week: WeekState) -> int:
    return week.week
