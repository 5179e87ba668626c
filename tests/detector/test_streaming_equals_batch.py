"""The state that steps through the weeks says what the whole history says, at every week of random histories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.policies.policy import Policy, TierPolicy
from detector.state import ShardState
from detector.step import step
from detector.verdicts import Verdicts
from schemas.verdicts import Direction, Insufficient

SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(verdicts: Verdicts) -> list[Any]:
    return sorted(verdicts.passed(), key=lambda verdict: (verdict.client_id, verdict.direction))


@given(seed=SEEDS)
@FEW
def test_every_week_equals_a_plain_recomputation(
    seed: int, random_bank: Callable[..., Any], plainly: Callable[..., Any], every_preset: Policy
) -> None:
    bank = random_bank(seed, clients=3, weeks=75)
    for at, verdicts in enumerate(bank.run(every_preset)):
        for client, client_id in enumerate(bank.client_ids):
            if bank.begins[client] > at:
                continue
            expected = plainly(bank, client, at, every_preset)
            read = {k: v for k, v in verdicts.explain(client_id).items() if not isinstance(v, Insufficient)}
            assert read.keys() == expected.keys()
            for key, (percent, grades) in expected.items():
                assert read[key].grades == grades
                assert read[key].deviation_pct == (None if np.isnan(percent) else percent)
            place = verdicts.client_ids.index(client_id)
            for direction, column in ((Direction.FALL, verdicts.fall), (Direction.RISE, verdicts.rise)):
                assert column[place] == max((g[direction] for _, g in expected.values()), default=0)


@given(seed=SEEDS)
@FEW
def test_a_restart_at_any_week_gives_the_same_verdicts(
    seed: int, random_bank: Callable[..., Any], every_preset: Policy
) -> None:
    bank = random_bank(seed, clients=6)
    undisturbed = list(bank.run(every_preset))
    for at in np.random.default_rng(seed).integers(0, 79, 3):
        again = list(bank.run(every_preset, bank.restart(int(at)), start=int(at) + 1))
        assert [told(v) for v in again] == [told(v) for v in undisturbed[int(at) + 1 :]]


@given(seed=SEEDS)
@FEW
def test_neither_the_order_of_clients_nor_their_shard_matters(
    seed: int, random_bank: Callable[..., Any], every_preset: Policy
) -> None:
    bank = random_bank(seed, clients=7)
    rng = np.random.default_rng(seed)
    whole = list(bank.run(every_preset))
    shard = rng.integers(0, 2, 7)
    parts = [list(_some(bank, np.flatnonzero(shard == k), every_preset, rng)) for k in (0, 1)]
    for at, verdicts in enumerate(whole):
        split = told(parts[0][at]) + told(parts[1][at])
        assert sorted(split, key=lambda v: (v.client_id, v.direction)) == told(verdicts)


def _some(bank: Any, clients: Any, policy: Policy, rng: np.random.Generator) -> Any:
    """Some of the clients, each week in another order."""
    state = ShardState.empty()
    for at in range(bank.debit.shape[1]):
        week, tiers = bank.week(at, rng.permutation(clients))
        state, verdicts = step(state, week, policy, tiers)
        yield verdicts


def test_streaming_and_restarting_leave_the_same_running_differences(random_bank: Callable[..., Any]) -> None:
    bank = random_bank(5, clients=30, weeks=150)
    policy = Policy("none", 2, "A", (TierPolicy("A", 0, ()),))
    streamed = list(bank.run(policy))[-1].state.memory
    restarted = bank.restart(149).memory
    last = streamed.cumulative(2_600 + 149, streamed.index.rows)
    again = restarted.cumulative(2_600 + 149, restarted.index.rows)
    for lag in (1, 9, 13, 26, 52):
        assert np.array_equal(last[0] - last[lag], again[0] - again[lag])
