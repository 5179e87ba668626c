"""`python -m bench.detector`: bytes a client; a week of a million clients beside numpy's copy of the same ring."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from detector.state import HISTORY_WEEKS, ShardState
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.weeks import Week

T = TypeVar("T")
CLIENTS, SHARD, ROUNDS = 1_000_000, 50_000, 5
NEWCOMERS = 300  # a week: 8 % of a million clients in five years
LAST = 2_900
MAX_BYTES, MAX_COPIES = 1_800, 3.0


class Shard:
    """Clients of five orders of magnitude with noise, one in three silent in a week; tiers in equal shares."""

    def __init__(self, clients: int) -> None:
        rng = np.random.default_rng(1)
        level = 10.0 ** rng.uniform(4, 9, (clients, 1))
        noise = rng.lognormal(0, 0.4, (clients, HISTORY_WEEKS)) * (rng.random((clients, HISTORY_WEEKS)) < 0.67)
        self.volumes = (level * noise).astype(np.int64)
        self.client_ids = [f"C{i:07d}" for i in range(clients)]
        self.tiers = ["ABC"[i % 3] for i in range(clients)]
        self.first_week = np.full(clients, LAST - 200, np.int32)

    def state(self) -> ShardState:
        return ShardState.from_history(self.client_ids, self.first_week, self.volumes, self.volumes, LAST)

    def week(self, at: int) -> WeekVolumes:
        amounts = np.ascontiguousarray(self.volumes[:, at % HISTORY_WEEKS])
        return WeekVolumes(Week(LAST + at), self.client_ids, self.first_week, amounts, amounts)

    def join(self, newcomers: int, week: int) -> None:
        """Clients that start in `week`, among the others by id."""
        ids = np.array(self.client_ids + [f"C{k * 3001:07d}N{week}" for k in range(newcomers)])
        order = np.argsort(ids)
        self.client_ids = ids[order].tolist()
        self.tiers = np.array(self.tiers + ["C"] * newcomers)[order].tolist()
        self.first_week = np.append(self.first_week, np.full(newcomers, week, np.int32))[order]
        self.volumes = np.concatenate([self.volumes, self.volumes[:newcomers]])[order]


def main() -> int:
    shard, policy = Shard(CLIENTS), default_policy("HKD")
    state = shard.state()
    size = state.nbytes / state.clients
    print(f"state: {size:.0f} bytes a client, index included ({CLIENTS:,} clients; at most {MAX_BYTES})")
    state, judging, copying, copied_new = side_by_side(shard, state, policy)
    ratio = judging / copying
    print(f"a week of {CLIENTS:,} clients: {judging:.3f} s, from lists of ids and tiers to verdicts in columns")
    print(f"numpy's copy of the ring into memory it has: {copying:.3f} s; into new memory: {copied_new:.3f} s")
    print(f"ratio {ratio:.2f} (at most {MAX_COPIES}), medians of {ROUNDS}, in turns")
    joining(shard, state, policy)
    rebuilding(policy)
    return 0 if size <= MAX_BYTES and ratio <= MAX_COPIES else 1


def side_by_side(shard: Shard, state: ShardState, policy: Policy) -> tuple[ShardState, float, float, float]:
    """Medians of a week and of two kinds of copy, taken in turns; one round of each first, untimed."""
    seconds: list[tuple[float, float, float]] = []
    spare = state.memory.ring.copy()
    for at in range(1, ROUNDS + 2):
        week = shard.week(at)
        judged, (state, _) = timed(_stepping(state, week, policy, shard.tiers))
        ring = state.memory.ring
        copied, _ = timed(lambda ring=ring: np.copyto(spare, ring))
        fresh, _ = timed(ring.copy)
        seconds.append((judged, copied, fresh))
    judging, copying, copied_new = (statistics.median(column) for column in zip(*seconds[1:], strict=True))
    return state, judging, copying, copied_new


def joining(shard: Shard, state: ShardState, policy: Policy) -> None:
    """Two weeks with newcomers: the first makes room for many, the second uses it."""
    for at in (ROUNDS + 2, ROUNDS + 3):
        shard.join(NEWCOMERS, LAST + at)
        seconds, (state, _) = timed(_stepping(state, shard.week(at), policy, shard.tiers))
        size = state.nbytes / state.clients
        print(f"a week in which {NEWCOMERS} join among them: {seconds:.3f} s, then {size:.0f} bytes a client")


def rebuilding(policy: Policy) -> None:
    """What an amendment costs: a shard's state from its history, and its week."""
    shard = Shard(SHARD)
    rebuilt = [timed(shard.state) for _ in range(ROUNDS)]
    seconds = statistics.median(took for took, _ in rebuilt)
    judged, (_, verdicts) = timed(_stepping(rebuilt[0][1], shard.week(1), policy, shard.tiers))
    objects, passed = timed(lambda: list(verdicts.passed()))
    print(f"{SHARD:,} clients rebuilt from {HISTORY_WEEKS} weeks: {seconds:.3f} s; their week: {judged:.3f} s")
    print(f"{len(passed)} verdicts as objects: {objects:.3f} s")


def _stepping(
    state: ShardState, week: WeekVolumes, policy: Policy, tiers: list[str]
) -> Callable[[], tuple[ShardState, Verdicts]]:
    return lambda: step(state, week, policy, tiers)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    sys.exit(main())
