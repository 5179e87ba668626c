"""Whatever people do with remedies, nobody approves their own, and nobody gets more than was allowed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.casework.remedy_machine import RemedyMachine

_HEALTH = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def play(runs: int, steps: int) -> set[str]:
    """Play it; what came of the acts."""
    RemedyMachine.outcomes.clear()
    run_state_machine_as_test(
        RemedyMachine,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=_HEALTH
        ),
    )
    return set(RemedyMachine.outcomes)


def test_nobody_wins_a_short_game() -> None:
    assert {"approve: approved", "approve: MakerIsNotChecker", "approve: WrongLevel"} <= play(40, 40)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nobody_wins_in_five_hundred_games_of_fifty_moves() -> None:
    tried = play(500, 50)
    ends = ("approved", "expiring", "submitted", "LimitExceeded", "WrongLevel", "MakerIsNotChecker", "TermsOver")
    assert {f"approve: {end}" for end in ends} <= tried
    assert {"submit: LimitExceeded", "revise: MakerIsNotChecker", "revoke: revoked", "send_back: returned"} <= tried
