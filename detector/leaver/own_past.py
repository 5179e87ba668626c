"""What columns of features share: the clients' weeks, their trailing sums, and how a statistic stood before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.leaver.history import Floats, Ints
from detector.leaver.trailing import Trailing, weeks_before

# Name; -1 where more means less of a leaver, 1 where more, 0 where neither; (m, n).
Column = tuple[str, int, Floats]

_STEP = 4  # weeks between a client's own past means: they overlap anyway


@dataclass(frozen=True, slots=True)
class Clients:
    """What the families of columns share. Whatever the client's weeks come to at the columns `at` is (m, n)."""

    at: Ints
    first: Ints
    turnover: Floats
    count: Floats
    amount: Trailing
    root: Trailing  # a square root tames single large payments
    active: Trailing
    payments: Trailing
    series: Trailing  # these four side by side, for what is asked of each of them


def clients_of(turnover: Floats, count: Floats, first: Ints, at: Ints) -> Clients:
    turnover, count = np.asfortranarray(turnover), np.asfortranarray(count)  # a week of all lies side by side
    series = Trailing.side_by_side((turnover, np.sqrt(turnover), turnover > 0, count), at, first)
    amount, root, active, payments = series.parts(4)
    return Clients(at, first, turnover, count, amount, root, active, payments, series)


@dataclass(frozen=True, slots=True)
class Past:
    """A statistic as it stood at some weeks before: values (lags, m, n), and which of them were there."""

    values: Floats
    there: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, clients: Clients, weeks: int, furthest: int, values: Floats) -> Past:
        """Of the windows of `weeks` weeks that `lags` lists; one that begins before the client is not there."""
        begins = weeks_before(clients.at, lags(weeks, furthest)) - weeks + 1
        return cls(values, begins[..., None] >= clients.first)

    @property
    def seen(self) -> Floats:
        return np.asarray(self.there.sum(axis=0), np.float64)

    def count_of(self, now: Floats) -> Floats:
        """How many were no higher than now."""
        return np.asarray((self.there & (self.values <= now * (1.0 + 1e-9))).sum(axis=0), np.float64)

    def least(self, otherwise: float) -> Floats:
        """The lowest of them; `otherwise` where there is none."""
        least = np.where(self.there, self.values, np.inf).min(axis=0)
        return np.where(np.isfinite(least), least, otherwise)

    def log_moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of their logarithms."""
        return Past(np.log(np.maximum(self.values, 0.0) + 0.05), self.there).moments(prior=0.0, variance=0.0)

    def moments(self, prior: float, variance: float) -> tuple[Floats, Floats]:
        """Mean and standard deviation, shrunk toward 0 and `variance` as if `prior` values had said so."""
        weight = np.maximum(self.seen + prior, 1.0)
        values = np.where(self.there, self.values, 0.0)
        mean = values.sum(axis=0) / weight
        second = ((values * values).sum(axis=0) + prior * variance) / weight
        return mean, np.sqrt(np.maximum(second - mean * mean, 0.0) + 0.0025)


def lags(weeks: int, furthest: int) -> Ints:
    """The lags at which means of `weeks` weeks are looked at, down to `furthest`."""
    return np.arange(weeks, furthest + 1, _STEP)
