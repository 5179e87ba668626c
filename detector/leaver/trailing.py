"""Sums over trailing windows of many series, at some of their weeks."""

from __future__ import annotations

import numpy as np

from detector.leaver.history import Floats, Ints


class Trailing:
    """`values`: (n, T). Windows are read at the columns `at` (m,); what is before column 0 counts as not there."""

    def __init__(self, values: Floats, at: Ints, first: Ints) -> None:
        self._total = np.zeros((values.shape[0], values.shape[1] + 1))
        np.cumsum(values, axis=1, out=self._total[:, 1:])
        self._at, self._first = at, first

    def sum(self, weeks: int, lag: int = 0) -> Floats:
        """(n, m): of the `weeks` weeks that end `lag` weeks before each column."""
        end = np.maximum(self._at - lag + 1, 0)
        total: Floats = self._total[:, end] - self._total[:, np.maximum(end - weeks, 0)]
        return total

    def mean(self, weeks: int, lag: int = 0) -> Floats:
        """(n, m): by the weeks of the window that the client has had, at least one."""
        mean: Floats = self.sum(weeks, lag) / self.had(weeks, lag)
        return mean

    def had(self, weeks: int, lag: int = 0) -> Floats:
        """(n, m): weeks of the window from the client's first on, at least 1."""
        reached = self._at - lag + 1 - self._first[:, None]
        had: Floats = np.clip(reached, 1, weeks).astype(np.float64)
        return had
