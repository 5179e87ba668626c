"""The simulation can fail: of each kind a wrong behaviour is put in, and found by the checker that it is for."""

from __future__ import annotations

import pytest

from tests.chaos.database import Database
from tests.chaos.planted_bugs import PLANTED, PlantedBug
from tests.chaos.playing import play

SEEDS = 60

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: PlantedBug, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.plant(monkeypatch)
    found = next((played for seed in range(SEEDS) if (played := play(seed, database)).checker is not None), None)
    assert found is not None, f"not found in {SEEDS} seeds"
    print(f"{bug.name}: found by {found.checker}, after {found.seed + 1} seeds")
    assert found.checker in bug.checkers, found.found
