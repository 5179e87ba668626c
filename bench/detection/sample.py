"""Clients' weekly turnover as a detector is given it, and the branches that it is cut from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STAYED = "alive_at_end"
WARM_UP_WEEKS = 78  # a year and a quarter for the longest comparison, and a quarter in which to stand out from it
WINDOW_WEEKS = 208
ACTIVE_TAIL_WEEKS, ACTIVE_SHARE = 26, 0.25  # a window that falls silent at its end is none of somebody who stayed


@dataclass(frozen=True)
class Branch:
    """`turnover`: (n, T) currency units a week; `first`, `last`: (n,) weeks with the first and the last payment;
    `outcome`: (n,), by the rule with hindsight. `first_day`: of week 0, days since 1970, a Monday.
    """

    name: str
    first_day: int
    turnover: Floats
    first: Ints
    last: Ints
    outcome: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Sample:
    """What is scored at once: `turnover` (n, T), `branch` (n,) index of each row's branch, `first` (n,) first week
    of each row's history. Column t of a score may use columns up to t and nothing later.
    """

    turnover: Floats
    branch: Ints
    first: Ints

    def rows(self, which: npt.NDArray[np.bool_]) -> Sample:
        return Sample(self.turnover[which], self.branch[which], self.first[which])


Detector = Callable[[Sample], Floats]  # (n, T), higher is more likely leaving


def whole(branch: Branch, at: int) -> Sample:
    """A branch as it was, `at` being its index."""
    return Sample(branch.turnover, np.full(len(branch.first), at), branch.first)


def windows_of_stayers(branches: Sequence[Branch], weeks: int = WINDOW_WEEKS) -> Sample:
    """Lives of clients that stayed, cut into pieces of `weeks` weeks end to end, a piece a row."""
    pieces: list[Floats] = []
    of: list[int] = []
    for at, branch in enumerate(branches):
        for client in np.flatnonzero(branch.outcome == STAYED):
            life = branch.turnover[client, branch.first[client] : branch.last[client] + 1]
            whole_pieces = life[: len(life) // weeks * weeks].reshape(-1, weeks)
            alive = (whole_pieces[:, -ACTIVE_TAIL_WEEKS:] > 0).mean(axis=1) >= ACTIVE_SHARE
            pieces.extend(whole_pieces[alive])
            of.extend([at] * int(alive.sum()))
    turnover = np.array(pieces).reshape(-1, weeks)
    return Sample(turnover, np.array(of, np.int64), np.zeros(len(turnover), np.int64))
