"""A bank with a year and a half of judged weeks, and policies to seen at."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa

from casework.policies.rules import SeenPreview
from detector.policies.policy import Policy, TierPolicy
from detector.policies.presets import default_policy
from schemas.weeks import parse_week
from store.policies import policy_search, policy_versions
from store.tables.ledger import shard_week
from tests.api.conftest import NOW, Bank

LAST = parse_week("2026-W01")
WEEKS = 80
SHIPPED = default_policy("HKD").version
KEPT = Policy("kept", 2, "C", (TierPolicy("C", 0, ()),)).version  # of a_kept_policy


def judged_bank(bank: Bank, last_week: int = LAST) -> None:
    """Twelve steady clients of two branches, of which L1 falls silent and F1 halves."""
    weeks = range(last_week - WEEKS + 1, last_week + 1)
    draw = np.random.default_rng(5)
    for number in range(12):
        client_id = {0: "L1", 1: "F1"}.get(number, f"S{number}")
        bank.client(client_id, f"B{number % 2 + 1}", first_week=weeks[0])
        volumes = draw.normal(50_000_000, 4_000_000, WEEKS).astype(int)
        if client_id == "L1":
            volumes[-20:] = 0
        if client_id == "F1":
            volumes[-30:] //= 3
        bank.volumes(client_id, {week: (int(v), int(v) // 2) for week, v in zip(weeks, volumes, strict=True)})
    bank.shard(last_week + 1)
    bank.weeks(dict.fromkeys(weeks, "closed"))
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=1))


def a_kept_policy(bank: Bank) -> str:
    """The version of a policy that approver-1 proposed and staff-17 has seen, on a bank with a judged week."""
    policy = Policy("kept", 2, "C", (TierPolicy("C", 0, ()),))
    seen = SeenPreview("00000000-0000-4000-8000-0000000000aa", SHIPPED, NOW)
    with bank.store.write() as tx:
        policy_versions.add_policy(tx, policy, proposed_by="approver-1", at=NOW)
        policy_search.save_seen_preview(tx, policy.version, seen, seen_by="staff-17", last_week=LAST, figures={})
        tx.execute(sa.update(shard_week).where(shard_week.c.state == "closed").values(judged_revision=1))
    return policy.version


def content(name: str = "quieter", prompt_pct: float = -90.0) -> dict[str, Any]:
    """A policy of one comparison; by default one that nobody passes who has not gone."""
    preset = {"baseline": "quarter_vs_year", "series": "turnover", "direction": "fall", "prompt_pct": prompt_pct}
    tier = {"tier": "C", "minimum_effect": 1000, "presets": [preset | {"alarm_pct": -95.0}]}
    return {"name": name, "default_tier": "C", "tiers": [tier | {"fewest_paid_weeks": 12, "own_noise": 0.0}]}


def proposed(api: Any, who: str = "approver-1", **changes: Any) -> str:
    """The version of a policy that `who` proposes."""
    answer = api.a("approver", user=who).post("/api/v1/policies", json={"policy": content(**changes)})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["version"])


def looked_at(api: Any, version: str, who: str = "approver-2") -> dict[str, Any]:
    """What `who` is shown of it."""
    answer = api.a("approver", user=who).post("/api/v1/policies/preview", json={"version": version})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
