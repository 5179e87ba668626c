"""What the default presets give on banks that they were not found on: few false alarms, leavers caught."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector.policies.presets import default_policy
from research.preset_check import judge_bank, shares
from research.real_payments import branches, quarters_and_fades
from schemas.verdicts import Grade

HELD_OUT_SEED = 107


def test_clients_that_stay_see_few_prompts_and_leavers_are_caught_on_a_bank_of_another_seed() -> None:
    outcome = judge_bank(HELD_OUT_SEED, 1500, default_policy("HKD"))
    prompts, alarms = shares(outcome.quarter)
    assert 0.002 < prompts <= 0.02
    assert alarms <= 0.002
    young_prompts, young_alarms = shares(outcome.young_quarter)
    assert young_prompts <= 0.02
    assert young_alarms <= 0.002
    within_26_weeks = outcome.caught[:, -1]
    assert (within_26_weeks >= Grade.PROMPT).mean() > 0.7
    assert (within_26_weeks >= Grade.ALARM).mean() > 0.4


@pytest.mark.data
def test_real_payments_give_the_shares_that_the_record_of_the_presets_states(real_payments: Path) -> None:
    found = [quarters_and_fades(branch, default_policy("GBP")) for branch in branches(real_payments)]
    quarter, fades = (np.concatenate(part) for part in zip(*found, strict=True))
    assert (quarter >= Grade.PROMPT).any(axis=1).mean() == pytest.approx(0.03, abs=0.005)
    assert (quarter >= Grade.ALARM).any(axis=1).mean() == pytest.approx(0.008, abs=0.003)
    assert (fades[:, 1] >= Grade.PROMPT).mean() == pytest.approx(0.23, abs=0.03)
