"""Known courses of leaving, and stretches of real lives that they are laid over.

Sources: the three to six months that clients try another bank for (README); fading by a factor as in
fault injection for anomaly detectors; thinning as in point processes (Lewis and Shedler 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.leaver.history import ENOUGH_WEEKS, REACH_WEEKS, Floats, History, Ints

AHEAD_WEEKS = 45  # of a stretch that lie after the onset, at most
_LEAST_AHEAD = 14  # a shorter rest of a life teaches nothing
_GONE_WEEKS = 13  # silent for so long at the end, a client has left
_BEFORE_LEAVING = 26  # weeks before a real end that may be a real fading: no example of staying
_SHORTENED = 0.4  # share of stretches that begin late, so that young clients are known too


@dataclass(frozen=True, slots=True)
class Course:
    """The share of volume that stays falls in equal steps to `residual` within `ramp_weeks`."""

    ramp_weeks: int
    residual: float

    def share(self, since_onset: Ints) -> Floats:
        """Share that is left by weeks since the onset, any shape; 1 before it."""
        gone = np.clip((since_onset + 1) / self.ramp_weeks, 0.0, 1.0)
        return np.where(since_onset < 0, 1.0, 1.0 - (1.0 - self.residual) * gone)


COURSES = tuple(Course(*each) for each in ((1, 0.0), (13, 0.0), (13, 0.3), (26, 0.0), (26, 0.3), (26, 0.5)))
SLOWER = tuple(Course(*each) for each in ((39, 0.0), (39, 0.3), (52, 0.0), (52, 0.3)))


@dataclass(frozen=True, slots=True)
class Stretches:
    """Lives cut out around an onset that lies at column REACH_WEEKS: (s, REACH_WEEKS + AHEAD_WEEKS).

    `first`: (s,) the column of the first week. `ahead`: (s,) weeks from the onset on that are there. `client`: (s,)
    whose life it is.
    """

    turnover: Floats
    count: Floats
    first: Ints
    ahead: Ints
    client: Ints

    def __len__(self) -> int:
        return len(self.first)

    def where(self, which: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Stretches:
        return Stretches(
            self.turnover[which], self.count[which], self.first[which], self.ahead[which], self.client[which]
        )


def cut(history: History, filled: History, each: int, most: int, draw: np.random.Generator) -> Stretches:
    """About `each` stretches a client that stays, at most `most` in all, from `history` without its quiet weeks."""
    begin = history.first_week + ENOUGH_WEEKS
    end = _safe_end(history)  # exclusive: the last onset with _LEAST_AHEAD weeks to come, +1
    clients = np.flatnonzero(end > begin)
    chosen = np.repeat(clients, each)
    if len(chosen) > most:
        chosen = np.sort(draw.choice(chosen, most, replace=False))
    onset = draw.integers(begin[chosen], end[chosen])
    columns = onset[:, None] + np.arange(-REACH_WEEKS, AHEAD_WEEKS)
    weeks = filled.turnover.shape[1]
    inside, at = (columns >= 0) & (columns < weeks), np.clip(columns, 0, weeks - 1)
    turnover, count = (
        np.where(inside, each[chosen[:, None], at], 0.0) for each in (filled.turnover, filled.counted)
    )
    first = np.maximum(history.first_week[chosen] - (onset - REACH_WEEKS), 0)
    late = draw.integers(0, REACH_WEEKS - ENOUGH_WEEKS - 13, len(chosen))
    first = np.where(draw.random(len(chosen)) < _SHORTENED, np.maximum(first, late), first)
    before = np.arange(turnover.shape[1]) < first[:, None]
    turnover[before] = count[before] = 0.0
    ahead = np.minimum(AHEAD_WEEKS, end[chosen] + _LEAST_AHEAD - 1 - onset)
    return Stretches(turnover, count, first, ahead, chosen)


def join(parts: Sequence[Stretches]) -> Stretches:
    """One after another."""
    columns = ("turnover", "count", "first", "ahead", "client")
    return Stretches(*(np.concatenate([getattr(part, column) for part in parts]) for column in columns))


def _safe_end(history: History) -> Ints:
    """By client: no onset at or after this week. Ends of branches are ends of their data, not of their clients."""
    weeks = history.turnover.shape[1]
    active = history.turnover > 0
    last = np.where(active.any(axis=1), weeks - 1 - active[:, ::-1].argmax(axis=1), -1)
    end = np.zeros(len(last), np.int64)
    for branch in np.unique(history.branch).tolist():
        mine = history.branch == branch
        closing = int(last[mine].max(initial=-1))
        gone = mine & (last < closing - _GONE_WEEKS)
        end[mine] = closing + 1
        end[gone] = last[gone] + 1 - _BEFORE_LEAVING
    return end - _LEAST_AHEAD + 1
