"""What the score is learnt from and asked about: weekly turnover and payments of many clients, by branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REACH_WEEKS = 156  # no feature looks further back: three years, so that last year's quarter has a year before it
SMOOTHED_OVER = (0.6, 0.4)  # a score's shares of this week and the one before: one odd week is not a course
ENOUGH_WEEKS = 52  # of a client's own history; before that there is no score but the base rate

_CROWD = 20  # clients from which on a branch's quiet week can be told from a few silent clients
_QUIET_SHARE = 0.3  # of the usual share of active clients: below it the branch paid nobody, not the clients
_USUAL_WEEKS = 26
_LONGEST_QUIET = 3  # weeks: what lasts longer is no holiday


class ClientHistory(Protocol):
    """What `fit` and `score` take. Weeks are columns, oldest first, and the same for all clients.

    `turnover`: float64 (clients, weeks), in any one currency unit. `branch`: int (clients,). `first_week`: int
    (clients,), the column of a client's first week; what is before it is not looked at.

    A `count`, (clients, weeks), of the payments that a week's turnover is made of, is taken where there is one.
    Without it, or where it is None, a week with turnover counts as one payment: streams that end and payments that
    fail to come are then seen later.
    """

    @property
    def turnover(self) -> Floats: ...
    @property
    def branch(self) -> npt.NDArray[np.integer]: ...
    @property
    def first_week(self) -> npt.NDArray[np.integer]: ...


@dataclass(frozen=True, slots=True)
class History:
    """A ClientHistory, with a `count` where somebody counted. Raises ValueError where the columns are not of one
    length.
    """

    turnover: Floats
    branch: Ints
    first_week: Ints
    count: npt.NDArray[Any] | None = None

    def __post_init__(self) -> None:
        clients = self.turnover.shape[0]
        if self.count is not None and self.count.shape != self.turnover.shape:
            raise ValueError(
                f"count {self.count.shape} and turnover {self.turnover.shape} are not of the same weeks"
            )
        if self.turnover.ndim != 2 or self.branch.shape != (clients,) or self.first_week.shape != (clients,):
            raise ValueError(
                f"turnover {self.turnover.shape}, branch {self.branch.shape} and first_week "
                f"{self.first_week.shape} are not of the same clients"
            )

    @classmethod
    def of(cls, given: ClientHistory) -> History:
        """A checked copy without amounts below zero, unknown amounts and what is before the first week, and with a
        count.
        """
        turnover = np.nan_to_num(np.asarray(given.turnover, np.float64), nan=0.0, posinf=0.0, neginf=0.0).clip(0.0)
        first_week = np.clip(np.asarray(given.first_week, np.int64), 0, turnover.shape[-1])
        turnover[np.arange(turnover.shape[-1]) < first_week[:, None]] = 0.0
        count = counted(turnover, getattr(given, "count", None))
        return cls(turnover, np.asarray(given.branch, np.int64), first_week, count)


def counted(turnover: npt.NDArray[Any], payments: npt.NDArray[Any] | None) -> Floats:
    """Payments that a week's turnover, of any shape, is made of: none where there is no turnover, else at least
    one, and one where nobody counted.
    """
    if payments is None:
        return (turnover > 0).astype(np.float64)
    known = np.nan_to_num(np.asarray(payments, np.float64), nan=1.0, posinf=1.0, neginf=1.0)
    return np.where(turnover > 0, np.maximum(known, 1.0), 0.0)


def without_quiet_weeks(history: History) -> Floats:
    """Turnover with what a branch's quiet weeks hide put in: each client's mean of the eight weeks before.

    A week is quiet where a branch of enough clients has less than _QUIET_SHARE of its usual share of active ones: a
    closed office, a missing feed. It says nothing of any client. Column t depends on columns up to t alone.
    """
    filled = history.turnover.copy()
    for branch, weeks in _quiet_weeks(history):
        mine = np.flatnonzero(history.branch == branch)
        for week in weeks:
            filled[mine, week] = filled[mine, max(0, week - 8) : week].mean(axis=1)
    return filled


def _quiet_weeks(history: History) -> Iterator[tuple[int, list[int]]]:
    """Of each branch that has any, ascending."""
    weeks = history.turnover.shape[1]
    branches, of, clients = np.unique(history.branch, return_inverse=True, return_counts=True)
    if weeks <= _USUAL_WEEKS:
        return
    crowds = np.flatnonzero(clients >= _CROWD)
    begun, active = np.zeros((2, len(crowds), weeks), np.int64)
    for place, at in enumerate(crowds.tolist()):
        mine = of == at
        begun[place] = np.cumsum(np.bincount(history.first_week[mine], minlength=weeks + 1)[:weeks])
        active[place] = np.count_nonzero(history.turnover[mine] > 0, axis=0)
    share = active / np.maximum(begun, 1)
    usual = np.median(sliding_window_view(share, _USUAL_WEEKS, axis=1)[:, :-1], axis=2)
    low = (share[:, _USUAL_WEEKS:] < _QUIET_SHARE * usual) & (begun[:, _USUAL_WEEKS:] >= _CROWD)
    for place in np.flatnonzero(low.any(axis=1)).tolist():
        quiet: list[int] = []
        for week in (np.flatnonzero(low[place]) + _USUAL_WEEKS).tolist():
            if quiet[-_LONGEST_QUIET:] != list(range(week - _LONGEST_QUIET, week)):
                quiet.append(week)
        yield int(branches[crowds[place]]), quiet
