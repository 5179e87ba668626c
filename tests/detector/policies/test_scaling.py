"""A slider over all limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detector.policies.policy import Policy, Preset, TierPolicy, dump_policy, load_policy
from detector.policies.presets import default_policy
from detector.policies.scaling import scaled
from schemas.verdicts import Baseline, Direction, Series

SHIPPED = default_policy("HKD")


def one(prompt: float | None, alarm: float | None, percent: int) -> tuple[float | None, float | None]:
    direction = Direction.FALL if (prompt or alarm or 0) < 0 else Direction.RISE
    preset = Preset(Baseline.QUARTER_VS_YEAR, Series.TURNOVER, direction, prompt, alarm)
    (tier,) = scaled(Policy("p", 2, "C", (TierPolicy("C", 0, (preset,)),)), percent).tiers
    return tier.presets[0].prompt_pct, tier.presets[0].alarm_pct


def test_limits_move_together() -> None:
    assert one(-50.0, -60.0, 110) == (-55.0, -66.0)
    assert one(150.0, 185.0, 90) == (135.0, 166.5)
    assert one(-50.0, None, 90) == (-45.0, None)


def test_nothing_falls_by_more_than_all_of_it() -> None:
    assert one(-80.0, -90.0, 120) == (-96.0, -100.0)
    assert one(-80.0, -90.0, 130) == (-100.0, None)


def test_a_hundred_percent_is_the_very_same_policy() -> None:
    assert scaled(SHIPPED, 100) is SHIPPED


@given(percent=st.integers(1, 400))
def test_every_scaled_policy_can_be_kept(percent: int) -> None:
    made = scaled(SHIPPED, percent)
    assert load_policy(dump_policy(made)).version == made.version
