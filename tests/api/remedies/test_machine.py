"""Whatever people send, in any order: own proposals stay unapproved, limits hold, branches stay apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from acts.bank import BankRules
from casework.remedies.limits import Authority
from tests.api.remedy_desk import Desk
from tests.api.remedy_machine import DeskMachine


@pytest.fixture
def play(new_sqlite_store, bank_on) -> Callable[[int, int], set[str]]:
    """Play it on a new SQLite store each time; what came of the acts."""

    def open_desk(authority: Authority) -> Desk:
        desk = Desk(*bank_on(new_sqlite_store()))
        deps = desk.api.app.state.deps
        desk.api.app.state.deps = replace(deps, rules=BankRules(authority=authority))
        return desk

    def games(runs: int, steps: int) -> set[str]:
        DeskMachine.outcomes.clear()
        some = settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,  # what was tried is asserted: another lot of games may leave something out
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        run_state_machine_as_test(lambda: DeskMachine(open_desk), settings=some)
        return set(DeskMachine.outcomes)

    return games


def test_nobody_wins_a_short_game_with_the_api(play) -> None:
    assert play(10, 15)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nobody_wins_a_hundred_games_with_the_api(play) -> None:
    tried = play(100, 50)
    assert {f"approve: {status}" for status in (200, 403, 404, 409)} <= tried
    assert {"submit: 409", "revise: 200", "return: 200", "revoke: 200", "withdraw: 200"} <= tried
