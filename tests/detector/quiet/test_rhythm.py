"""A client paid every four weeks is not leaving every third week."""

from __future__ import annotations

import numpy as np
import pytest

from detector.policies.policy import Policy, Preset, TierPolicy
from detector.quiet.surroundings import ALONE, Surroundings
from detector.state import ShardState
from detector.step import WeekVolumes, step
from schemas.verdicts import Baseline, Direction, Series
from schemas.weeks import Week

PRESETS = (
    Preset(Baseline.WEEK_VS_RECENT, Series.CREDIT, Direction.FALL, -60.0, None),
    Preset(Baseline.WEEK_VS_RECENT, Series.DEBIT, Direction.FALL, -60.0, None),
    Preset(Baseline.WEEK_VS_RECENT, Series.CREDIT, Direction.RISE, 150.0, None),
    Preset(Baseline.QUARTER_VS_QUARTER, Series.CREDIT, Direction.FALL, -60.0, None),
)
POLICY = Policy("test", 2, "C", (TierPolicy("C", 0, PRESETS, own_noise=0.0),))
RHYTHM = Surroundings()
WEEKS = 80
EVERY_FOURTH = np.where(np.arange(WEEKS) % 4 == 0, 4_000, 0)


def passed(credit: np.ndarray, around: Surroundings = RHYTHM, debit: np.ndarray | None = None) -> list:
    """(week, baseline, series) of every comparison passed by one client."""
    debit = np.zeros(WEEKS, np.int64) if debit is None else debit
    state, found = ShardState.empty(), []
    for week in range(WEEKS):
        now = WeekVolumes(Week(week), ["X"], np.zeros(1, np.int32), debit[week : week + 1], credit[week : week + 1])
        state, verdicts = step(state, now, POLICY, ["C"], around)
        found += [(week, c.baseline, c.series) for v in verdicts.passed() for c in v.comparisons]
    return found


def test_a_client_paid_every_four_weeks_raises_nothing_by_its_rhythm() -> None:
    assert len(passed(EVERY_FOURTH, ALONE)) > 40
    assert passed(EVERY_FOURTH) == []


def test_it_is_seen_when_it_leaves_by_its_quarter() -> None:
    leaving = EVERY_FOURTH.copy()
    leaving[50:] = 0
    found = passed(leaving)
    assert {baseline for _, baseline, _ in found} == {Baseline.QUARTER_VS_QUARTER}
    assert found[0][0] < 65


@pytest.mark.parametrize("gap", [0, 1, 4])
def test_a_silent_week_of_a_client_that_is_hardly_ever_silent_is_news(gap: int) -> None:
    steady = np.full(WEEKS, 1_000)
    steady[[20, 35, 41, 50][:gap]] = 0
    steady[78] = 0
    assert (78, Baseline.WEEK_VS_RECENT, Series.CREDIT) in passed(steady)


def test_each_series_has_a_rhythm_of_its_own() -> None:
    payroll = np.full(WEEKS, 1_000)
    payroll[78] = 0
    found = passed(EVERY_FOURTH, debit=payroll)
    assert {(week, series) for week, _, series in found} == {(78, Series.DEBIT)}


def test_a_young_client_is_read_from_its_ninth_week_on() -> None:
    young = np.full(WEEKS, 1_000)
    young[8] = 0
    assert passed(young)[0][0] == 8
