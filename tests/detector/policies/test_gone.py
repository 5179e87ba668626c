"""What is over is told of no more: half a year without money either way."""

from __future__ import annotations

import numpy as np
import pytest

from detector.leaver.sharpen import Scores, sharpen_falls
from detector.policies.paid_weeks import GONE_WEEKS
from detector.policies.presets import default_policy
from detector.state import ShardState
from detector.step import WeekVolumes, step
from schemas.verdicts import Grade
from schemas.weeks import Week

BEFORE, WEEKLY = 104, 500_000_00


def fall_of(silent: int, last: tuple[int, int]) -> tuple[int, int]:
    """Grades by presets, and with a score that is sure, of a client that paid for two years and then `silent` weeks
    nothing; `last`: what it moves in the judged week behind them, debit and credit.
    """
    weeks = BEFORE + silent
    debit, credit = np.zeros((2, 1, weeks), np.int64)
    debit[:, :BEFORE] = credit[:, :BEFORE] = WEEKLY
    state = ShardState.from_history(["C1"], np.array([0], np.int32), debit, credit, Week(weeks - 1))
    now = [np.array([amount]) for amount in last]
    volumes = WeekVolumes(Week(weeks), ["C1"], np.array([0], np.int32), *now)
    _, verdicts = step(state, volumes, default_policy("HKD"), ["C"])
    sure = Scores(np.array([0.99]), 0.5, 0.9, "m")
    return int(verdicts.fall[0]), int(sharpen_falls(verdicts, sure).grade[0])


def test_a_client_that_stopped_is_told_of_until_half_a_year_has_passed() -> None:
    assert fall_of(GONE_WEEKS - 2, (0, 0)) == (Grade.PROMPT, Grade.ALARM)  # what is low for long looks usual
    assert fall_of(GONE_WEEKS - 1, (0, 0)) == (Grade.NONE, Grade.NONE)


@pytest.mark.parametrize("last", [(1, 0), (0, 1)])
def test_a_sign_of_life_makes_it_a_fall_again(last: tuple[int, int]) -> None:
    assert fall_of(GONE_WEEKS + 3, last) == (Grade.ALARM, Grade.ALARM)
