from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from bench.preset_check import judge_bank, shares
from bench.real_payments import branches, quarters_and_fades
from detector.policies.policy import dump_policy, load_policy
from detector.policies.presets import default_policy
from schemas.verdicts import Baseline, Direction, Grade

HELD_OUT_SEED = 107


def test_the_default_policy_is_one_that_can_be_written_and_read() -> None:
    policy = default_policy("HKD")
    assert load_policy(dump_policy(policy)).version == policy.version
    assert {tier.tier for tier in policy.tiers} == {"A", "B", "C"}
    assert default_policy("JPY").minor_digits == 0


@pytest.mark.parametrize("direction", Direction)
def test_every_comparison_of_quarters_has_presets_in_every_tier(direction: Direction) -> None:
    for tier in default_policy("HKD").tiers:
        used = {preset.baseline for preset in tier.presets if preset.direction is direction and preset.alarm_pct}
        assert used == set(Baseline) - {Baseline.WEEK_VS_RECENT}


def test_clients_that_stay_see_few_prompts_and_leavers_are_caught_on_a_bank_of_another_seed() -> None:
    outcome = judge_bank(HELD_OUT_SEED, 1500, default_policy("HKD"))
    prompts, alarms = shares(outcome.quarter)
    assert 0.01 < prompts <= 0.05
    assert 0.001 < alarms <= 0.01
    young_prompts, young_alarms = shares(outcome.young_quarter)
    assert young_prompts <= 0.05
    assert young_alarms <= 0.01
    within_26_weeks = outcome.caught[:, -1]
    assert (within_26_weeks >= Grade.PROMPT).mean() > 0.85
    assert (within_26_weeks >= Grade.ALARM).mean() > 0.65


@pytest.fixture
def real_payments(missing: Callable[[str, str], NoReturn]) -> Path:
    folder = os.environ.get("EBBWATCH_TEST_DATA")
    if not folder:
        missing("data", "EBBWATCH_TEST_DATA names no folder with transactions.parquet")
    return Path(folder)


@pytest.mark.data
def test_real_payments_give_the_shares_that_the_record_of_the_presets_states(real_payments: Path) -> None:
    found = [quarters_and_fades(branch, default_policy("GBP")) for branch in branches(real_payments)]
    quarter, fades = (np.concatenate(part) for part in zip(*found, strict=True))
    assert (quarter >= Grade.PROMPT).any(axis=1).mean() == pytest.approx(0.23, abs=0.02)
    assert (quarter >= Grade.ALARM).any(axis=1).mean() == pytest.approx(0.16, abs=0.02)
    assert (fades[:, 1] >= Grade.PROMPT).mean() == pytest.approx(0.60, abs=0.03)
