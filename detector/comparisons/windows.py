"""The windows of the comparisons. Their sums: detector.comparisons.sums.

Source: docs/judging.md, "Comparisons". A lag counts weeks back from the week judged, which is lag 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from schemas.verdicts import Baseline, Series

SERIES = (Series.DEBIT, Series.CREDIT, Series.TURNOVER, Series.PAYMENTS)


@dataclass(frozen=True, slots=True)
class Window:
    """`weeks` weeks of which the last is `lag` weeks before the one judged."""

    lag: int
    weeks: int

    @property
    def before(self) -> int:
        """Lag of the week before the window: its sum is the cumulative volume at `lag` less that at `before`."""
        return self.lag + self.weeks


@dataclass(frozen=True, slots=True)
class Pair:
    """One comparison: `actual` is judged against `expected`."""

    baseline: Baseline
    actual: Window
    expected: Window

    @property
    def need(self) -> int:
        """Weeks of history, the one judged included, without which there is nothing to compare."""
        return self.expected.before


WEEK, RECENT = Window(0, 1), Window(1, 8)
QUARTER, QUARTER_BEFORE = Window(0, 13), Window(13, 13)
YEAR_BEFORE, QUARTER_LAST_YEAR = Window(13, 52), Window(52, 13)
EIGHT_WEEKS, YEAR_BEFORE_EIGHT = Window(0, 8), Window(8, 52)

QUARTER_VS_YEAR = Pair(Baseline.QUARTER_VS_YEAR, QUARTER, YEAR_BEFORE)
PAIRS = (
    Pair(Baseline.WEEK_VS_RECENT, WEEK, RECENT),
    Pair(Baseline.QUARTER_VS_QUARTER, QUARTER, QUARTER_BEFORE),
    QUARTER_VS_YEAR,
    Pair(Baseline.QUARTER_VS_LAST_YEAR, QUARTER, QUARTER_LAST_YEAR),
    Pair(Baseline.EIGHT_WEEKS_VS_YEAR, EIGHT_WEEKS, YEAR_BEFORE_EIGHT),
)
MAX_SHIFT = 3  # weeks: a lunar year is 50 or 51 weeks, or 55 with its thirteenth month


@cache
def pairs(shift: int = 0) -> tuple[Pair, ...]:
    """PAIRS, with the quarter a year ago `shift` weeks earlier: see detector.quiet.calendar."""
    moved = replace(QUARTER_LAST_YEAR, lag=QUARTER_LAST_YEAR.lag + shift)
    return tuple(replace(pair, expected=moved) if pair.expected is QUARTER_LAST_YEAR else pair for pair in PAIRS)


@cache
def windows(shift: int = 0) -> tuple[Window, ...]:
    """Those of `pairs`, each once."""
    return tuple(dict.fromkeys(window for pair in pairs(shift) for window in (pair.actual, pair.expected)))


@cache
def lags(shift: int = 0) -> tuple[int, ...]:
    """What the sums of `windows` are read at."""
    return tuple(sorted({lag for window in windows(shift) for lag in (window.lag, window.before)}))


LAGS = lags()
LONGEST = max(lags(MAX_SHIFT))  # 68: the quarter a year ago, where the festival was three weeks earlier
