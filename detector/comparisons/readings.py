"""What the comparisons read for many clients at once: sums, deviations and what they mean in money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Cumulative, Ints, series_sum, window_sum
from detector.comparisons.windows import (
    QUARTER,
    RECENT,
    SERIES,
    WEEK,
    YEAR_BEFORE,
    Pair,
    Window,
    pairs,
    windows,
)
from schemas.verdicts import Series

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
WEEKS_A_YEAR = 52
TURNOVER, PAYMENTS = SERIES.index(Series.TURNOVER), SERIES.index(Series.PAYMENTS)
_ROUNDING = 1e-9  # a million times what float64 loses in a division
ENOUGH_FOR_QUARTERS = 26  # below it a last quarter has no quarter before it to be set against


@dataclass(frozen=True, slots=True)
class Readings:
    """All comparisons of m clients in one week; axes (pair of PAIRS, series of SERIES, client).

    `actual_sum`, `expected_sum`: int64 minor units, or payments, over their whole window. `deviation_pct`:
    float64, negative below, NaN where the history is too short or nothing (or less) was expected. `effect_minor`:
    float64, 52 times the distance of the weekly means; of payments, what goes missing if the turnover follows them.
    `seen`: int64 (m,), weeks of history with the one judged.
    """

    actual_sum: Ints
    expected_sum: Ints
    deviation_pct: Floats
    effect_minor: Floats
    seen: Ints

    def take(self, clients: npt.NDArray[np.intp]) -> Readings:
        """The readings of some of the clients."""
        return Readings(
            actual_sum=self.actual_sum[..., clients],
            expected_sum=self.expected_sum[..., clients],
            deviation_pct=self.deviation_pct[..., clients],
            effect_minor=self.effect_minor[..., clients],
            seen=self.seen[clients],
        )

    @classmethod
    def joined(cls, parts: Sequence[Readings]) -> Readings:
        """The readings of all parts' clients, in order."""
        columns = ((getattr(part, column) for part in parts) for column in cls.__slots__)
        return cls(*(np.concatenate(list(column), axis=-1) for column in columns))


def read(cumulative: Cumulative, seen: Ints, shift: int = 0) -> Readings:
    """Read every comparison of pairs(shift). `cumulative` must hold each of lags(shift); `seen` int64 (m,)."""
    sums = {window: window_sum(cumulative, window) for window in windows(shift)}
    means = {window: total / window.weeks for window, total in sums.items()}
    deviations = np.stack([deviation(means[pair.actual], means[pair.expected]) for pair in pairs(shift)])
    effects = np.stack([yearly_effect(means[pair.actual], means[pair.expected]) for pair in pairs(shift)])
    for which, pair in enumerate(pairs(shift)):
        effects[which, PAYMENTS] = payments_effect(deviations[which, PAYMENTS], means[pair.expected][TURNOVER])
        deviations[which, :, seen < pair.need] = np.nan
    return Readings(
        actual_sum=np.stack([sums[pair.actual] for pair in pairs(shift)]),
        expected_sum=np.stack([sums[pair.expected] for pair in pairs(shift)]),
        deviation_pct=deviations,
        effect_minor=effects,
        seen=seen,
    )


def deviation(actual: Floats, expected: Floats) -> Floats:
    """Percent of weekly means, any shape; NaN where `expected` is not above zero, for then there is no ratio."""
    with np.errstate(divide="ignore", invalid="ignore"):
        percent: Floats = (actual - expected) / expected * 100.0
    percent[expected <= 0.0] = np.nan
    return percent


def yearly_effect(actual: Floats, expected: Floats) -> Floats:
    """Minor units a year that are missing or on top if it stays like this: 52 times the distance of the means."""
    effect: Floats = np.abs(actual - expected) * WEEKS_A_YEAR
    return effect


def payments_effect(percent: Floats, turnover: Floats) -> Floats:
    """Minor units a year that go missing, or come on top, where turnover follows the payments. `percent`: of the
    payments' deviation; `turnover`: expected weekly mean.
    """
    effect: Floats = np.abs(percent) / 100.0 * np.maximum(turnover, 0.0) * WEEKS_A_YEAR
    return effect


def value_at_risk(turnover: Ints, seen: Ints) -> Ints:
    """What a year has lost, int64 minor units (m,), never negative. `turnover`: int64 (LONGEST, m), by weeks back.

    From 26 weeks on, the up to 52 weeks that are known before the last 13, less as many like those: a whole year
    less four times the last quarter. With a shorter history, the up to 8 weeks before the last, less as many like
    it. The greatest of the weeks before counts as the second greatest, so that one great payment is not missed for
    ever; a last quarter below zero (more reversals than bookings) counts as zero: no more can go than there was.
    """
    quarters = _lost(turnover, QUARTER, YEAR_BEFORE, seen)
    weeks = _lost(turnover, WEEK, RECENT, seen)
    lost = np.where(seen >= ENOUGH_FOR_QUARTERS, quarters, weeks)
    # The ceiling is the largest float64 below 2**63: casting anything above it is undefined.
    value: Ints = np.rint(np.minimum(lost, np.nextafter(2.0**63, 0.0))).astype(np.int64)
    return value


def _lost(turnover: Ints, actual: Window, expected: Window, seen: Ints) -> Floats:
    """Sum of the weeks of `expected` that are known less as many like those of `actual`; zero where negative."""
    before = turnover[expected.lag : expected.before]
    second, greatest = np.partition(before, -2, axis=0)[-2:]
    was = before.sum(axis=0) - (greatest - second)
    known = np.clip(seen - expected.lag, 0, expected.weeks)
    now = np.maximum(turnover[actual.lag : actual.before].sum(axis=0), 0) * (known / actual.weeks)
    lost: Floats = np.maximum(was - now, 0.0)
    return lost


def loose_hits(cumulative: Cumulative, seen: Ints, fall_pct: Floats, rise_pct: Floats, shift: int = 0) -> Bools:
    """True for each client (m,) that may be at or beyond a limit, float64 (pair, series), infinite where not used.

    The quick check of everybody: only comparisons with a limit, one limit for all tiers, no division and no money.
    It lets through a little more than `read` would and never less.
    """
    sums: dict[tuple[Window, int], Floats] = {}
    hits = np.zeros(len(seen), np.bool_)
    for which, series in np.argwhere(np.isfinite(fall_pct) | np.isfinite(rise_pct)):
        pair = pairs(shift)[which]
        for window in (pair.actual, pair.expected):
            if (window, series) not in sums:
                sums[window, series] = series_sum(cumulative, window, int(series)).astype(np.float64)
        actual, expected = sums[pair.actual, series], sums[pair.expected, series]
        beyond = _beyond(pair, actual, expected, float(fall_pct[which, series]), float(rise_pct[which, series]))
        hits |= beyond & (expected > 0.0) & (seen >= pair.need)
    return hits


def _beyond(pair: Pair, actual: Floats, expected: Floats, fall_pct: float, rise_pct: float) -> Bools:
    """Sums at or beyond either limit, with room for the rounding of `deviation`."""
    weeks = pair.actual.weeks / pair.expected.weeks
    beyond: Bools = np.zeros(len(actual), np.bool_)
    if np.isfinite(fall_pct):
        beyond |= actual <= expected * (weeks * (1.0 + fall_pct / 100.0 + _ROUNDING))
    if np.isfinite(rise_pct):
        beyond |= actual >= expected * (weeks * (1.0 + rise_pct / 100.0) * (1.0 - _ROUNDING))
    return beyond
