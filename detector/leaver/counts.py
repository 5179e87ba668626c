"""What counts of payments say that sums cannot: fewer payments than ever, or as many and each of them smaller.

Counts are taken to be spread around the client's own rate as Poisson counts are, times a spread of its own
(quasi-likelihood, Wedderburn 1974): a client whose payments come in bunches is given room for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector.leaver.courses import Course
from detector.leaver.history import Floats
from detector.leaver.own_past import Clients, Column, Past, lags
from detector.leaver.trailing import Trailing, weeks_before

_MONTH = 4  # weeks: sums of so many are what the spread is measured by
_USUAL_SPREAD, _SPREAD_WEIGHT = 1.5, 6.0  # toward which it is shrunk, and by so many sums
_LEAST_LEFT = 0.05  # of a course: what has ended by it may still come once
_THINNING = (
    ("thirteen_to_nothing", Course(13, 0.0), (6, 10)),
    ("thirteen_to_30_pct", Course(13, 0.3), (8, 12)),
    ("twenty_six_to_30_pct", Course(26, 0.3), (12, 20, 26)),
)


def count_columns(clients: Clients) -> Iterator[Column]:
    """Columns of features."""
    spread = _spread(clients)
    rate = clients.payments.mean(52, 13)
    yield "count_rate", 0, np.log(rate + 0.02)
    yield "count_spread", 0, spread
    yield from _surprises(clients, spread)
    yield from _thinnings(clients, spread)
    yield from _sizes(clients)


def _spread(clients: Clients) -> Floats:
    """Variance over mean of the sums of a month in the two years before, shrunk toward what is usual."""
    sums = clients.payments.sum(_MONTH, lags(13, 104))
    past = Past.of(clients, 13, 104, sums)
    weight = np.maximum(past.seen, 1.0)
    values = np.where(past.there, sums, 0.0)
    mean = values.sum(axis=0) / weight
    variance = np.where(past.there, (sums - mean) ** 2, 0.0).sum(axis=0)
    over = variance / np.maximum(mean, 0.2)
    spread: Floats = (over + _SPREAD_WEIGHT * _USUAL_SPREAD) / (past.seen + _SPREAD_WEIGHT)
    return spread


def _surprises(clients: Clients, spread: Floats) -> Iterator[Column]:
    """Standardised square roots of what came, against what the year before lets expect (Anscombe 1948)."""
    for weeks in (2, 4, 6, 8, 10, 13):
        expected = weeks * clients.payments.mean(52, weeks)
        came = clients.payments.sum(weeks)
        far = 2.0 * (np.sqrt(came + 0.375) - np.sqrt(expected + 0.375)) / np.sqrt(spread)
        yield f"count_{weeks}_surprise", -1, far
    least = clients.payments.mean(52, 26)
    came = clients.payments.sum(8)
    yield "count_8_than_older", -1, 2.0 * (np.sqrt(came + 0.375) - np.sqrt(8 * least + 0.375)) / np.sqrt(spread)


def _thinnings(clients: Clients, spread: Floats) -> Iterator[Column]:
    """How much likelier the recent counts are if payments had failed to come by a course than if not."""
    for name, course, weeks_in in _THINNING:
        for week in weeks_in:
            column = weeks_before(clients.at, np.arange(week - 1, -1, -1))
            came = np.where((column >= 0)[..., None], clients.count.T[np.maximum(column, 0)], 0.0)
            left = np.maximum(course.share(np.arange(week)), _LEAST_LEFT)
            rate = clients.payments.mean(52, week)
            ratio = np.tensordot(np.log(left), came, 1) + rate * (1.0 - left).sum()
            yield f"thinning_{name}_{week}", 1, ratio / spread


def _sizes(clients: Clients) -> Iterator[Column]:
    """The mean payment, which falls where payments become smaller and stays where they fail to come."""
    for weeks in (4, 8, 13, 26):
        now = clients.amount.sum(weeks) / np.maximum(clients.payments.sum(weeks), 1.0)
        before = clients.amount.sum(52, weeks) / np.maximum(clients.payments.sum(52, weeks), 1.0)
        usual = clients.amount.sum(104) / np.maximum(clients.payments.sum(104), 1.0) + 1e-12
        yield f"size_{weeks}_year", 0, np.log((now / usual + 0.03) / (before / usual + 0.03))
    paid = clients.turnover > 0
    logs = np.log(np.where(paid, clients.turnover / np.maximum(clients.count, 1.0), 1.0))
    total, squares = Trailing.side_by_side((logs, logs * logs), clients.at, clients.first).parts(2)
    active = clients.active
    for weeks in (8, 13, 26):
        seen = np.maximum(active.sum(78, weeks), 1.0)
        mean = total.sum(78, weeks) / seen
        variance = np.maximum(squares.sum(78, weeks) / seen - mean * mean, 0.0)
        sigma = np.sqrt((seen * variance + 10 * 0.8) / (seen + 10))
        now = active.sum(weeks)
        yield f"size_{weeks}_step", -1, (total.sum(weeks) - now * mean) / (sigma * np.sqrt(now + 1.0))
    yield "size_sigma", 0, sigma
