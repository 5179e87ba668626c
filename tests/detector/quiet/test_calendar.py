"""A quarter is set against the same one a year ago, also where the festival has moved into one of them."""

from __future__ import annotations

import numpy as np
import pytest

from detector.comparisons.windows import MAX_SHIFT, QUARTER, lags, pairs
from detector.policies.policy import Policy, Preset, TierPolicy
from detector.quiet.calendar import Festivals
from detector.quiet.surroundings import Surroundings
from detector.state import ShardState
from detector.step import WeekVolumes, step
from schemas.verdicts import Baseline, Direction, Series
from schemas.weeks import Week

WEEKS = tuple(Week(at) for at in np.cumsum([10, 51, 55, 50, 51, 55]))
FESTIVALS = Festivals(WEEKS, "test-1")
FALL = Preset(Baseline.QUARTER_VS_LAST_YEAR, Series.TURNOVER, Direction.FALL, -10.0, None)
POLICY = Policy("test", 2, "C", (TierPolicy("C", 0, (FALL,)),))


def held(week: int, lag: int) -> int:
    """How many festivals a quarter that ends `lag` weeks before `week` holds."""
    return sum(week - lag - 12 <= festival <= week - lag for festival in WEEKS)


@pytest.mark.parametrize("week", range(70, WEEKS[-1]))
def test_both_quarters_hold_the_festival_or_neither_does(week: int) -> None:
    shift = FESTIVALS.shift(week)
    assert held(week, 0) == held(week, 52 + shift)
    assert abs(shift) <= MAX_SHIFT
    if held(week, 0) == held(week, 52):
        assert shift == 0


def test_without_a_festival_nothing_moves() -> None:
    assert Festivals().shift(2900) == 0
    assert Festivals((Week(2800),)).shift(2805) == 0  # the year before is not known


def test_only_the_quarter_a_year_ago_is_moved() -> None:
    for plain, moved in zip(pairs(), pairs(3), strict=True):
        if plain.baseline is Baseline.QUARTER_VS_LAST_YEAR:
            assert (moved.expected.lag, moved.need) == (plain.expected.lag + 3, plain.need + 3)
        else:
            assert moved == plain
    assert max(lags(MAX_SHIFT)) == 68


def fallen(festivals: Festivals) -> set[int]:
    """Weeks with a verdict of a client that rests in the festival's week and is steady otherwise."""
    state, found = ShardState.empty(), set()
    for week in range(WEEKS[-1] + 1):
        volume = 0 if week in WEEKS else 1_000
        now = WeekVolumes(Week(week), ["X"], np.zeros(1, np.int32), np.zeros(1, np.int64), np.array([volume]))
        state, verdicts = step(state, now, LOW, ["C"], Surroundings(festivals=festivals))
        for verdict in verdicts.passed():
            found.add(week)
            assert verdict.calendar_version == festivals.version
    return found


LOW = Policy(
    "low", 2, "C", (TierPolicy("C", 0, (Preset(FALL.baseline, FALL.series, FALL.direction, -5.0, None),)),)
)


def test_a_festival_that_moves_is_no_fall() -> None:
    assert fallen(Festivals())
    assert fallen(FESTIVALS) == set()


def test_a_comparison_says_which_weeks_it_was_made_of() -> None:
    """The year-ago quarter of a client that falls by half is read three weeks earlier."""
    week = next(w for w in range(130, WEEKS[-1]) if FESTIVALS.shift(w) == MAX_SHIFT)
    volumes = np.full((1, week), 1_000, np.int64)
    volumes[0, week - QUARTER.weeks :] = 100
    volumes[0, week - 67 : week - 54] = 2_000
    none, first = np.zeros_like(volumes), np.zeros(1, np.int32)
    state = ShardState.from_history(["X"], first, none, volumes, week - 1)
    now = WeekVolumes(Week(week), ["X"], first, np.zeros(1, np.int64), np.array([100]))
    _, verdicts = step(state, now, POLICY, ["C"], Surroundings(festivals=FESTIVALS))
    (verdict,) = verdicts.passed()
    (comparison,) = verdict.comparisons
    assert (comparison.shift_weeks, comparison.expected_minor) == (3, 2_000)
    reading = verdicts.explain("X")[Series.TURNOVER, Baseline.QUARTER_VS_LAST_YEAR]
    assert reading.expected_minor == 2_000
