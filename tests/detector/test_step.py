from __future__ import annotations

import numpy as np
import pytest

from detector.policies.policy import Policy, Preset, TierPolicy
from detector.state import ShardState, StateSpent, UnknownClient, WeekOutOfOrder
from detector.step import WeekVolumes, step
from detector.verdicts import Reading, Verdicts
from schemas.verdicts import Baseline, Direction, Grade, Insufficient, Series
from schemas.weeks import Week

RECENT = Preset(Baseline.WEEK_VS_RECENT, Series.CREDIT, Direction.FALL, -30.0, -60.0)
GROWTH = Preset(Baseline.WEEK_VS_RECENT, Series.CREDIT, Direction.RISE, 50.0, None)
POLICY = Policy("test", 2, "C", (TierPolicy("A", 0, ()), TierPolicy("C", 52, (RECENT, GROWTH))))
KEY = (Series.CREDIT, Baseline.WEEK_VS_RECENT)


def week(at: int, credit: dict[str, int], first_week: int = 100) -> WeekVolumes:
    amounts = np.array(list(credit.values()), np.int64)
    begins = np.full(len(credit), first_week, np.int32)
    return WeekVolumes(Week(at), list(credit), begins, np.zeros(len(credit), np.int64), amounts)


def after(weeks: list[int], tier: str = "C", policy: Policy = POLICY) -> Verdicts:
    """One client's credits from week 100 on; the verdicts of the last week."""
    state, verdicts = step(ShardState.empty(), week(100, {"X": weeks[0]}), policy, [tier])
    for at, amount in enumerate(weeks[1:], 101):
        state, verdicts = step(state, week(at, {"X": amount}), policy, [tier])
    return verdicts


def test_a_week_is_judged_before_it_is_learned() -> None:
    (verdict,) = after([10_000] * 8 + [5_000]).passed()
    (comparison,) = verdict.comparisons
    assert (comparison.actual_minor, comparison.expected_minor) == (5_000, 10_000)
    assert (comparison.deviation_pct, comparison.preset_pct, comparison.grade) == (-50.0, -30.0, Grade.PROMPT)
    assert (comparison.weeks, comparison.base_weeks) == (1, 8)
    assert (verdict.client_id, verdict.week, verdict.policy_version) == ("X", 108, POLICY.version)


def test_a_preset_is_passed_at_its_value() -> None:
    assert [after([10_000] * 8 + [last]).fall[0] for last in (7_001, 7_000, 4_000)] == [0, 1, 2]
    assert [after([10_000] * 8 + [last]).rise[0] for last in (14_999, 15_000, 90_000)] == [0, 1, 1]


def test_short_history_is_insufficient_and_never_zero() -> None:
    verdicts = after([10_000] * 7 + [0])
    assert verdicts.explain("X")[KEY] == Insufficient(seen=8, need=9)
    assert verdicts.fall[0] == Grade.NONE


def test_where_nothing_was_expected_there_is_no_ratio() -> None:
    for before in ([0] * 8, [-5] * 8, [10, -10] * 4):
        reading = after([*before, 500_000]).explain("X")[KEY]
        assert isinstance(reading, Reading)
        assert reading.deviation_pct is None
        assert set(reading.grades.values()) == {Grade.NONE}


def test_more_reversals_than_bookings_is_a_fall_of_more_than_everything() -> None:
    (verdict,) = after([10_000] * 8 + [-2_000]).passed()
    assert verdict.comparisons[0].deviation_pct == -120.0
    assert verdict.value_at_risk_minor == 8 * 10_000


def test_small_change_never_passes_however_deep_it_falls() -> None:
    # The minimum effect of 52 units a year is 1 unit, 100 minor units, a week.
    assert after([100] * 8 + [0]).fall[0] == Grade.ALARM
    assert after([99] * 8 + [0]).fall[0] == Grade.NONE


def test_an_unknown_tier_is_judged_by_the_default_one() -> None:
    assert [after([10_000] * 8 + [0], tier).fall[0] for tier in ("A", "C", "Z", "é", "", "platinum")] == [
        0,
        2,
        2,
        2,
        2,
        2,
    ]


def test_weeks_come_one_after_the_other() -> None:
    state, _ = step(ShardState.empty(), week(100, {"X": 1}), POLICY, ["C"])
    for wrong in (99, 100, 102):
        with pytest.raises(WeekOutOfOrder, match=f"101, not {wrong}"):
            step(state, week(wrong, {"X": 1}), POLICY, ["C"])
    step(state, week(101, {"X": 1}), POLICY, ["C"])


def test_a_state_is_spent_by_its_step_and_untouched_by_a_refused_one() -> None:
    state, verdicts = step(ShardState.empty(), week(100, {"X": 1}), POLICY, ["C"])
    twice = WeekVolumes(Week(101), ["X", "X"], *(np.zeros(2, t) for t in (np.int32, np.int64, np.int64)))
    with pytest.raises(ValueError, match="twice"):
        step(state, twice, POLICY, ["C", "C"])
    with pytest.raises(ValueError, match="lengths"):
        step(state, week(101, {"X": 1}), POLICY, [])
    step(state, week(101, {"X": 1}), POLICY, ["C"])
    with pytest.raises(StateSpent):
        step(state, week(101, {"X": 1}), POLICY, ["C"])
    with pytest.raises(StateSpent):
        verdicts.explain("X")


def test_clients_join_and_the_others_go_on() -> None:
    state = ShardState.empty()
    for at in range(100, 108):
        state, _ = step(state, week(at, {"M": 10_000}), POLICY, ["C"])
    newcomers = {f"N{k}": 10_000 for k in range(100)}
    state, verdicts = step(state, week(108, {"A": 10_000, "M": 0, **newcomers}), POLICY, ["C"] * 102)
    assert [verdict.client_id for verdict in verdicts.passed()] == ["M"]
    assert state.clients == 102


def test_a_client_that_the_week_leaves_out_is_not_judged_and_takes_a_zero() -> None:
    state, both = ShardState.empty(), {"X": 10_000, "Y": 10_000}
    for at in range(100, 108):
        state, _ = step(state, week(at, both), POLICY, ["C", "C"])
    state, verdicts = step(state, week(108, {"Y": 10_000}), POLICY, ["C"])
    assert list(verdicts.passed()) == []
    with pytest.raises(UnknownClient):
        verdicts.explain("X")
    state, verdicts = step(state, week(109, both), POLICY, ["C", "C"])
    reading = verdicts.explain("X")[KEY]
    assert isinstance(reading, Reading)
    assert reading.expected_minor == 8_750


def test_a_week_without_clients_moves_the_shard_on() -> None:
    state, verdicts = step(ShardState.empty(), week(100, {}), POLICY, [])
    assert list(verdicts.passed()) == []
    assert state.last_week == 100
