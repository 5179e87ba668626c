"""A simulated quarter of the whole product, whatever goes wrong: see docs/decisions/0031-simulation.md."""

from __future__ import annotations

import pytest

from tests.chaos.database import Database
from tests.chaos.playing import play

SEEDS_ALWAYS, SEEDS_IN_CI = 8, 64  # and 10,000 by hand: make chaos
AT_ONCE = 20


def _assert_nothing_wrong(seeds: range, database: Database) -> None:
    found = [played for seed in seeds if (played := play(seed, database)).checker is not None]
    assert not found, "\n".join(f"{each.found}\n    python -m tests.chaos --seed {each.seed}" for each in found)


def test_a_quarter_in_which_everything_goes_wrong_ends_like_an_undisturbed_one(database: Database) -> None:
    _assert_nothing_wrong(range(SEEDS_ALWAYS), database)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(SEEDS_ALWAYS, SEEDS_IN_CI, AT_ONCE))
def test_many_quarters_end_like_undisturbed_ones(database: Database, first: int) -> None:
    _assert_nothing_wrong(range(first, min(first + AT_ONCE, SEEDS_IN_CI)), database)


def test_a_seed_is_the_same_quarter_each_time(database: Database) -> None:
    first, again = play(3, database), play(3, database)
    assert first.struck.total() > 0
    assert (first.struck, first.ending) == (again.struck, again.ending)
