"""A client that begins anew is judged as one that began then."""

from __future__ import annotations

import numpy as np
import pytest

from detector.state import ShardState
from detector.step import WeekVolumes, step

START, WEEKS = 2600, 120


@pytest.mark.parametrize(("anew", "told"), [(80, 80), (80, 86), (30, 100)])
def test_it_gives_the_verdicts_of_a_client_that_has_no_past(
    random_bank, every_preset, anew: int, told: int
) -> None:
    """From the week that it is told in on; `anew` is the week it begins with."""
    bank = random_bank(3, clients=6, weeks=WEEKS)
    begins = np.full(6, START, np.int32)
    rebased = begins.copy()
    rebased[:3] = START + anew
    state, verdicts = ShardState.empty(), None
    past = [volumes.copy() for volumes in (bank.debit, bank.credit)]
    for volumes in past:
        volumes[:3, :anew] = 0
    for at in range(WEEKS):
        first = rebased if at >= told else begins
        now = WeekVolumes(START + at, bank.client_ids, first, bank.debit[:, at], bank.credit[:, at])
        state, verdicts = step(state, now, every_preset, bank.tiers)
        if at >= told:
            before = (volumes[:, :at] for volumes in past)
            made = ShardState.from_history(bank.client_ids, rebased, *before, START + at - 1)
            made, again = step(made, now, every_preset, bank.tiers)
            assert list(verdicts.passed()) == list(again.passed())
            mask = np.uint64(2 ** min(at - anew + 1, 52) - 1)
            own, new = (s.memory.habits.low[:3] & mask for s in (state, made))
            assert np.array_equal(own, new)
