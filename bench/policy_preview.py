"""`python -m bench.policy_preview`: how long a preview of a year takes for 100,000 clients, without reading them.

With the learned scores of 3 % of the client-weeks; then with room for five new alerts a branch and week, too.
Exit code 1 above 10 seconds.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from acts.replay_rules import ReplayRules
from acts.replays import LOADED, REPLAYED, replay_figures
from detector.leaver.past_scores import PastScores
from detector.policies.presets import default_policy
from detector.replay import NO_END, History
from schemas.weeks import Week
from store.leaver.leaver_scores import StoredScores
from store.policies.policy_history import BankHistory

CLIENTS, BRANCHES, INDUSTRIES, SHARDS, LAST = 100_000, 200, 20, 4, 3000
MAX_S = 10.0
ROOM = 5  # new alerts a branch and week
SCORED = 0.03  # of the clients of a week
KIB_A_MIB = 1024


def bank(clients: int) -> BankHistory:
    """Noisy clients, some silent every fifth week, one in twenty fading away at some time."""
    rng = np.random.default_rng(1)
    level = 10.0 ** rng.uniform(6, 9, (clients, 1))
    volumes = level * rng.lognormal(0, 0.4, (clients, LOADED)) * (rng.random((clients, LOADED)) < 0.8)
    for client in range(0, clients, 20):
        begins = rng.integers(LOADED // 2, LOADED)
        volumes[client, begins:] *= np.maximum(0.0, 1.0 - np.arange(1, LOADED - begins + 1) / 26)
    history = History(
        client_ids=[f"C{at:06d}" for at in range(clients)],
        tiers=["ABC"[at % 3] for at in range(clients)],
        first_week=np.full(clients, LAST - 200, np.int32),
        end_week=np.full(clients, NO_END, np.int32),
        debit_minor=volumes.astype(np.int64),
        credit_minor=(volumes * 0.7).astype(np.int64),
        last_week=Week(LAST),
    )
    branches = [f"B{at:03d}" for at in range(BRANCHES)]
    return BankHistory(
        history=history,
        branch=np.arange(clients) % BRANCHES,
        branches=branches,
        shard=np.arange(clients) % SHARDS,
        industries=[f"industry {at % INDUSTRIES}" for at in range(clients)],
        quiet_weeks={},
        entries=(),
        oldest_week=Week(LAST - 200),
        scores=kept_year(clients),
    )


def kept_year(clients: int) -> StoredScores:
    """In each shard and week the scores of a few clients, those that fade among them."""
    rng = np.random.default_rng(2)
    weeks: dict[int, dict[Week, PastScores]] = {shard: {} for shard in range(SHARDS)}
    for week in range(LAST - REPLAYED + 1, LAST + 1):
        for shard, of_shard in weeks.items():
            mine = np.arange(shard, clients, SHARDS)
            at = np.sort(rng.choice(mine, int(len(mine) * SCORED), replace=False))
            of_shard[Week(week)] = PastScores(at, rng.uniform(0.39, 0.9, len(at)), 0.05, 0.39, 0.61, "m1")
    return StoredScores(weeks, Week(LAST - REPLAYED + 1))


def main() -> int:
    made = bank(CLIENTS)
    return max(_measured(made, room) for room in (0, ROOM))


def _measured(made: BankHistory, room: int) -> int:
    began = time.perf_counter()
    figures = replay_figures(made, default_policy("HKD"), ReplayRules(branch_weekly_alerts=room))
    took = time.perf_counter() - began
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_A_MIB
    load = figures.load
    print(f"{CLIENTS:,} clients, {load.weeks} weeks: {took:.2f} s (at most {MAX_S:.0f}), {peak_mib:.0f} MiB")
    print(f"room for {room or 'all'}: {load.alerts} alerts, {load.alarms} alarms, {load.waited} waited")
    print(f"{figures.leavers}; {figures.faded}")
    return 0 if took <= MAX_S else 1


if __name__ == "__main__":
    sys.exit(main())
