"""What a client's weeks look like, in numbers without currency and size: the only thing the model sees.

Every column is a fall against the client's own past, a place in it, or a ruler that says how much a fall means for
a client like this. Nothing looks further back than REACH_WEEKS.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from detector.leaver.counts import count_columns
from detector.leaver.courses import Course
from detector.leaver.history import Floats, Ints
from detector.leaver.likelihood import shrinkage
from detector.leaver.own_past import Clients, Column, Past, clients_of, lags
from detector.leaver.places import longest, places, silences
from detector.leaver.recurring import largest, recurring, smallest
from detector.leaver.trailing import Lags, Trailing, weeks_before

Matrix = npt.NDArray[np.float32]

_FLOOR = 0.03  # of two years' mean: below it a mean is as good as nothing, and its logarithm says no more
_PLACES_BACK = 26 + 52  # weeks: the longest mean of places, and how far back such means are set against it
_RECURRING_BACK = 13 + 52  # weeks: the habit's year ends a quarter ago
_SHRINKING = (  # courses, and the weeks of them that the client may be in
    ("thirteen_to_30_pct", Course(13, 0.3), 12),
    ("twenty_six_to_30_pct", Course(26, 0.3), 20),
    ("twenty_six_to_50_pct", Course(26, 0.5), 26),
)


def features(turnover: Floats, count: Floats, first: Ints, at: Ints) -> Matrix:
    """float32 (n, m, len(names())): of n clients at the columns `at` (m,) of their weeks (n, T)."""
    columns = [column for _, _, column in _columns(clients_of(turnover, count, first, at))]
    matrix = np.empty((len(columns), len(at), len(first)), np.float32)
    for place, column in enumerate(columns):
        matrix[place] = column
    return np.ascontiguousarray(matrix.T)


def names() -> tuple[str, ...]:
    """The columns' names: a model is of use only where they are its own."""
    return tuple(name for name, _, _ in _columns(_NOBODY))


def monotone() -> tuple[int, ...]:
    """By column: -1 where a larger value must never raise the score, 1 where it must never lower it, else 0."""
    return tuple(sense for _, sense, _ in _columns(_NOBODY))


def _columns(client: Clients) -> Iterator[Column]:
    for family in (
        _falls,
        _own_past,
        _silence,
        _payments,
        _shrinking,
        _extremes,
        _recurring,
        _places,
        _rulers,
        count_columns,
    ):
        yield from family(client)


def _falls(client: Clients) -> Iterator[Column]:
    """Logarithms of a recent mean over an earlier one, of each of the four series."""
    of, clients = client.series, len(client.first)
    floor = _FLOOR * of.mean(104) + 1e-12

    def fall(weeks: int, lag: int, base: int, base_lag: int) -> Floats:
        return np.log((of.mean(weeks, lag) + floor) / (of.mean(base, base_lag) + floor))

    columns = [(f"{weeks}_year", -1, fall(weeks, 0, 52, weeks)) for weeks in (1, 2, 4, 8, 13, 26)]
    columns += [
        ("13_quarter", -1, fall(13, 0, 13, 13)),
        ("13_last_year", -1, fall(13, 0, 13, 52)),
        ("8_two_years", -1, fall(8, 0, 104, 8)),
        ("13_two_years", -1, fall(13, 0, 104, 13)),
        # what was low before may be an old fall as well as the beginning of this one: no sense is demanded
        ("4_a_month_ago", 0, fall(4, 4, 52, 13)),
        ("5_two_months_ago", 0, fall(5, 8, 52, 13)),
        ("13_a_quarter_ago", 0, fall(13, 13, 52, 26)),
    ]
    for number, series in enumerate(("amount", "root", "active", "count")):
        mine = slice(number * clients, (number + 1) * clients)
        yield from ((f"{series}_{name}", sense, column[:, mine]) for name, sense, column in columns)


def _own_past(client: Clients) -> Iterator[Column]:
    """A recent mean among the means of as many weeks that the client had in the two years before."""
    for series, of, spans in (
        ("amount", client.amount, (4, 8, 13)),
        ("root", client.root, (4, 8, 13, 26)),
        ("count", client.payments, (4, 8, 13)),
    ):
        usual = of.mean(104) + 1e-12
        for weeks in spans:
            level = of.mean(weeks) / usual
            past = Past.of(client, weeks, 104, of.mean(weeks, lags(weeks, 104)) / usual)
            yield f"{series}_{weeks}_rank", -1, (past.count_of(level) + 0.5) / (past.seen + 1.0)
            yield f"{series}_{weeks}_least", -1, np.log((level + _FLOOR) / (past.least(1.0) + _FLOOR))
            mean, spread = past.log_moments()
            yield f"{series}_{weeks}_sigma", -1, (np.log(level + 0.05) - mean) / (spread + 0.1)
            yield f"{series}_{weeks}_spread", 0, spread


def _silence(client: Clients) -> Iterator[Column]:
    silent = silences(client.turnover, client.first)
    now = silent.T[client.at].astype(np.float64)
    before = longest(silent, client.at, 13, 104)
    habit = client.active.mean(52, 13)
    yield "silent_weeks", 1, now
    yield "silent_before", 0, before
    yield "silent_over_before", 1, now / (before + 1.0)
    yield "silent_log_odds", 0, now * np.log(np.clip(1.0 - habit, 0.02, 0.98))
    yield "active_share", 0, habit


def _payments(client: Clients) -> Iterator[Column]:
    """The size of payments, silence left aside: matched filters for a step and for a ramp in the log amounts."""
    active = client.turnover > 0
    logs = np.log(np.where(active, client.turnover, 1.0))
    count = client.active
    total, squares = Trailing.side_by_side((logs, logs * logs), client.at, client.first).parts(2)
    for weeks in (8, 13, 26):
        seen = count.sum(78, weeks)
        mean = total.sum(78, weeks) / np.maximum(seen, 1.0)
        variance = np.maximum(squares.sum(78, weeks) / np.maximum(seen, 1.0) - mean * mean, 0.0)
        sigma = np.sqrt((seen * variance + 10 * 0.8) / (seen + 10))  # shrunk toward what payments usually vary by
        column = weeks_before(client.at, np.arange(weeks))
        there = active.T[np.maximum(column, 0)] & (column >= 0)[..., None]
        residual = there * np.clip((logs.T[np.maximum(column, 0)] - mean) / sigma, -3.0, 3.0)
        weight = ((weeks - np.arange(weeks)) / weeks)[:, None, None]
        step, ramp = residual.sum(axis=0, initial=0.0), (weight * residual).sum(axis=0, initial=0.0)
        step_weight, ramp_weight = there.sum(axis=0), (weight * weight * there).sum(axis=0)
        yield f"payment_step_{weeks}", -1, step / np.sqrt(step_weight + 1.0)
        yield f"payment_ramp_{weeks}", -1, ramp / np.sqrt(ramp_weight + 0.5)
    yield "payment_sigma", 0, sigma
    yield "payments_seen", 0, seen


def _shrinking(client: Clients) -> Iterator[Column]:
    """How much likelier the recent payments are under a course of leaving than without."""
    courses = [(course, week) for _, course, week in _SHRINKING]
    now, before = shrinkage(client.turnover, client.at, courses)
    for number, (name, _, _) in enumerate(_SHRINKING):
        yield f"shrinking_{name}", 1, now[number].T
        yield f"shrinking_{name}_than_before", 1, (now[number] - before[number]).T


def _extremes(client: Clients) -> Iterator[Column]:
    """The largest and smallest payments of recent weeks among those of as many weeks in the two years before: a
    share that is lost is lost by all payments, and chance leaves a client some large ones.
    """
    usual = client.amount.sum(104) / np.maximum(client.active.sum(104), 1.0) + 1e-12

    def level(series: Floats, lag: Lags = 0) -> Floats:
        then = series.T[np.maximum(weeks_before(client.at, lag), 0)]
        return np.log(np.where(np.isfinite(then), then / usual, 1.0) + _FLOOR)

    for weeks in (3, 5, 8, 13):
        series = largest(client.turnover, weeks)
        now = level(series)
        past = Past.of(client, weeks, 104, level(series, lags(weeks, 104)))
        mean, spread = past.moments(prior=0.0, variance=0.0)
        yield f"largest_{weeks}_mean", -1, now - mean
        yield f"largest_{weeks}_sigma", -1, (now - mean) / (spread + 0.1)
        yield f"largest_{weeks}_least", -1, now - past.least(0.0)
        yield f"largest_{weeks}_rank", -1, (past.count_of(now + 1e-9) + 0.5) / (past.seen + 1.0)
    for weeks in (4, 8, 13):
        series = smallest(client.turnover, weeks)
        now = level(series)
        past = Past.of(client, weeks, 104, level(series, lags(weeks, 104)))
        mean, _ = past.moments(prior=0.0, variance=0.0)
        yield f"smallest_{weeks}_mean", -1, now - mean
        yield f"smallest_{weeks}_least", -1, now - past.least(0.0)


def _recurring(client: Clients) -> Iterator[Column]:
    """Sums that come again, and how unlikely it is that so many do not, by the client's habit."""
    since = max(0, int(client.at.min()) - _RECURRING_BACK)
    again = Trailing(recurring(client.turnover, since), client.at, client.first)
    habit = (again.sum(52, 13) + 0.3) / (client.active.sum(52, 13) + 10.0)
    for weeks in (3, 6, 10):
        came = again.sum(weeks)
        yield f"recurring_{weeks}", -1, came
        yield f"recurring_{weeks}_missed", -1, (client.active.sum(weeks) - came) * np.log(1.0 - habit)
    yield "recurring_habit", 0, habit


def _places(client: Clients) -> Iterator[Column]:
    """Means of the weeks' places, by themselves and against how much such means swing for this client."""
    since = max(0, int(client.at.min()) - _PLACES_BACK)
    among_all, among_active = places(client.turnover, client.first, since)
    several = (among_all, among_active, among_active > 0.25)
    every, paid, large = Trailing.side_by_side(several, client.at, client.first).parts(3)
    expected = client.active.mean(52, 13)
    for weeks in (4, 8, 13, 26):
        yield f"place_{weeks}", -1, every.sum(weeks) / np.sqrt(weeks)
        yield f"paid_place_{weeks}", -1, paid.sum(weeks) / np.sqrt(client.active.sum(weeks) + 1.0)
    for weeks in (13, 26):
        yield f"large_{weeks}", -1, large.sum(weeks) / np.maximum(weeks * expected, 0.5)
    for series, of, weeks in (
        ("place", every, 8),
        ("place", every, 13),
        ("paid_place", paid, 13),
        ("place", every, 26),
    ):
        past = Past.of(client, weeks, 52, of.sum(weeks, lags(weeks, 52)))
        mean, spread = past.moments(prior=6.0, variance=weeks / 12)
        yield f"{series}_{weeks}_sigma", -1, (of.sum(weeks) - mean) / spread
        yield f"{series}_{weeks}_least", -1, (of.sum(weeks) - np.minimum(past.least(0.0), 0.0)) / np.sqrt(weeks)


def _rulers(client: Clients) -> Iterator[Column]:
    """How much the client's weeks vary, whatever they do now."""
    mean = client.amount.mean(52, 8)
    root = client.root.mean(52, 8)
    squares = Trailing(client.turnover**2, client.at, client.first).mean(52, 8)
    yield "variation", 0, np.sqrt(np.maximum(squares - mean * mean, 0.0)) / (mean + 1e-12)
    yield "root_variation", 0, np.sqrt(np.maximum(mean - root * root, 0.0)) / (root + 1e-12)


_NOBODY = clients_of(np.ones((1, 1)), np.ones((1, 1)), np.array([0]), np.array([0]))
