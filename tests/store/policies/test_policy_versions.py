"""Policies in the store: which one judges which week."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from detector.policies.policy import Policy, Preset, TierPolicy
from schemas.errors import NotFound
from schemas.verdicts import Baseline, Direction, Series
from store.ledger.shard_weeks import Claim
from store.policies import judgings, policy_versions
from store.policies.policy_versions import Application
from store.tables.ledger import shard_week
from store.unit_of_work import Store

NOW = datetime(2026, 1, 5, tzinfo=UTC)
W = 2900


def policy_of(name: str, prompt_pct: float = -30.0) -> Policy:
    preset = Preset(Baseline.QUARTER_VS_QUARTER, Series.TURNOVER, Direction.FALL, prompt_pct, -80.0)
    return Policy(name, 2, "C", (TierPolicy("C", 0, (preset,)),))


def judged_up_to(store: Store, week: int) -> None:
    row = {"shard": 0, "week": week, "state": "closed", "received": 1, "revision": 1, "judged_revision": 1}
    with store.write() as tx:
        tx.execute(sa.insert(shard_week).values(row))


def apply(store: Store, policy: Policy, who: str = "approver-2") -> None:
    with store.write() as tx:
        policy_versions.add_policy(tx, policy, proposed_by="approver-1", at=NOW)
        policy_versions.lock_applications(tx)
        policy_versions.add_application(
            tx, Application(policy.version, policy_versions.get_next_week(tx), who, NOW)
        )


def name_for(store: Store, week: int) -> str | None:
    with store.read() as tx:
        found = policy_versions.find_for_week(tx, week)
    return None if found is None else found.name


def settle(store: Store, base: Policy, at: datetime = NOW) -> None:
    with store.write() as tx:
        policy_versions.ensure_base_policy(tx, base, at)


def test_the_policy_of_the_settings_judges_every_week_until_another_is_applied(store: Store) -> None:
    assert name_for(store, W) is None
    settle(store, policy_of("base"))
    settle(store, policy_of("base"), NOW + timedelta(days=1))
    assert name_for(store, 0) == name_for(store, W) == "base"
    with store.read() as tx:
        assert len(policy_versions.load_applications(tx, policy_of("base").version)) == 1


def test_an_applied_policy_judges_the_weeks_after_the_last_judged_one(store: Store) -> None:
    settle(store, policy_of("base"))
    judged_up_to(store, W)
    apply(store, policy_of("new"))
    assert [name_for(store, week) for week in (W - 1, W, W + 1, W + 2)] == ["base", "base", "new", "new"]


def test_of_two_policies_applied_for_one_week_the_later_counts(store: Store) -> None:
    settle(store, policy_of("base"))
    judged_up_to(store, W)
    apply(store, policy_of("new"))
    apply(store, policy_of("newer"))
    assert [name_for(store, week) for week in (W, W + 1)] == ["base", "newer"]


def test_a_changed_file_counts_from_the_next_week_while_nobody_has_applied_one(store: Store) -> None:
    settle(store, policy_of("base"))
    judged_up_to(store, W)
    settle(store, policy_of("other file"))
    assert [name_for(store, week) for week in (W, W + 1)] == ["base", "other file"]
    apply(store, policy_of("new"))
    settle(store, policy_of("third file"))
    assert name_for(store, W + 1) == "new"


def test_a_policy_comes_back_as_it_was_kept_and_the_same_is_not_kept_twice(store: Store) -> None:
    proposed = policy_of("mine")
    with store.write() as tx:
        assert policy_versions.add_policy(tx, proposed, proposed_by="approver-1", at=NOW, note="quieter")
        assert not policy_versions.add_policy(tx, proposed, proposed_by="approver-2", at=NOW)
    with store.read() as tx:
        kept = policy_versions.get(tx, proposed.version)
        with pytest.raises(NotFound):
            policy_versions.get(tx, "none")
    assert (kept.policy, kept.proposed_by, kept.note, kept.revision) == (proposed, "approver-1", "quieter", 1)


@pytest.mark.parametrize("store", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_applies_waits_for_the_week_that_is_being_judged(store: Store) -> None:
    settle(store, policy_of("base"))
    done = threading.Event()

    def other() -> None:
        apply(store, policy_of("new"))
        done.set()

    with store.write() as tx:
        assert policy_versions.find_for_week(tx, W).name == "base"
        thread = threading.Thread(target=other)
        thread.start()
        assert not done.wait(0.3)
        row = {"shard": 0, "week": W, "state": "closed", "received": 1, "revision": 1, "judged_revision": 1}
        tx.execute(sa.insert(shard_week).values(row))
    thread.join(10)
    assert [name_for(store, week) for week in (W, W + 1)] == ["base", "new"]


def test_a_judging_is_noted_with_what_it_was_made_from(store: Store) -> None:
    with store.write() as tx:
        judgings.save_judging(tx, Claim(3, W, 1, amendments=0), "first-1")
        judgings.save_judging(tx, Claim(3, W, 2, amendments=4), "first-1")
        judgings.save_judging(tx, Claim(3, W, 2, amendments=5), "first-1", "m1")
    with store.read() as tx:
        found = [judgings.find_judging(tx, 3, W, revision) for revision in (1, 2, 3)]
    assert found == [(0, ""), (5, "m1"), None]
