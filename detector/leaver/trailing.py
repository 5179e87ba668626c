"""Sums over trailing windows of many series, at some of their weeks.

What is read has the clients on its last axis, so that a week of all clients lies side by side.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.leaver.history import Floats, Ints

Bools = npt.NDArray[np.bool_]
Lags = int | Ints


class Trailing:
    """`values`: (n, T). Windows are read at the columns `at` (m,); what is before column 0 counts as not there.

    A lag is one number of weeks, and gives (m, n); or several, (k,), and gives (k, m, n).
    """

    def __init__(self, values: Floats, at: Ints, first: Ints) -> None:
        self._total = np.zeros((values.shape[1] + 1, values.shape[0]))
        for week, of_week in enumerate(values.T):  # in a loop: cumsum would go through memory client by client
            np.add(self._total[week], of_week, out=self._total[week + 1])
        self._at, self._first = at, first

    @classmethod
    def side_by_side(cls, several: Sequence[Floats | Bools], at: Ints, first: Ints) -> Trailing:
        """Of several series of the same clients, added up in one go; `parts` has each of them."""
        by_week = np.concatenate([values.T for values in several], axis=1)
        return cls(by_week.T, at, np.tile(first, len(several)))

    def parts(self, number: int) -> list[Trailing]:
        """So many series, as they stand side by side."""
        found = []
        for total, first in zip(np.split(self._total, number, axis=1), np.split(self._first, number), strict=True):
            part = copy.copy(self)
            part._total, part._first = total, first
            found.append(part)
        return found

    def sum(self, weeks: int, lag: Lags = 0) -> Floats:
        """Of the `weeks` weeks that end `lag` weeks before each column."""
        end = np.maximum(weeks_before(self._at, lag) + 1, 0)
        total: Floats = self._total[end]
        total -= self._total[np.maximum(end - weeks, 0)]
        return total

    def mean(self, weeks: int, lag: Lags = 0) -> Floats:
        """By the weeks of the window that the client has had, at least one."""
        mean = self.sum(weeks, lag)
        mean /= self.had(weeks, lag)
        return mean

    def had(self, weeks: int, lag: Lags = 0) -> Ints:
        """Weeks of the window from the client's first on, at least 1."""
        reached: Ints = weeks_before(self._at, lag)[..., None] + 1 - self._first
        np.maximum(reached, 1, out=reached)
        return np.minimum(reached, weeks, out=reached)


def weeks_before(at: Ints, lag: Lags) -> Ints:
    """The columns `lag` weeks before the columns `at` (m,): (m,), or (k, m) for k lags."""
    columns: Ints = at - np.asarray(lag)[..., None]
    return columns
