from __future__ import annotations

import pytest

from detector.policies.policy import dump_policy, load_policy
from detector.policies.presets import default_policy
from schemas.verdicts import Baseline, Direction, Series


def test_the_default_policy_is_one_that_can_be_written_and_read() -> None:
    policy = default_policy("HKD")
    assert load_policy(dump_policy(policy)).version == policy.version
    assert {tier.tier for tier in policy.tiers} == {"A", "B", "C"}
    assert default_policy("JPY").minor_digits == 0


@pytest.mark.parametrize("direction", Direction)
def test_every_comparison_of_quarters_has_presets_in_every_tier(direction: Direction) -> None:
    for tier in default_policy("HKD").tiers:
        used = {preset.baseline for preset in tier.presets if preset.direction is direction and preset.prompt_pct}
        eight = {Baseline.EIGHT_WEEKS_VS_YEAR} if direction is Direction.FALL and tier.tier != "C" else set()
        assert used == set(Baseline) - {Baseline.WEEK_VS_RECENT, Baseline.EIGHT_WEEKS_VS_YEAR} | eight


def test_falls_of_payments_are_judged_in_every_tier_and_rises_are_not() -> None:
    for tier in default_policy("HKD").tiers:
        ways = {preset.direction for preset in tier.presets if preset.series is Series.PAYMENTS}
        assert ways == {Direction.FALL}


def test_no_shipped_rise_is_an_alarm() -> None:
    rises = [p for tier in default_policy("HKD").tiers for p in tier.presets if p.direction is Direction.RISE]
    assert {preset.alarm_pct for preset in rises} == {None}
