"""The running detector judges by the policy in force, and never backwards."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from detector.policies.policy import Policy, TierPolicy
from schemas.weeks import Week
from store.policies import policy_versions
from store.policies.policy_versions import Application
from store.tables.alerts import alert_evidence
from store.tables.policies import judged_week
from tests.services.conftest import FIRST_WEEK, NOW, WEEKS, JudgedBank

HALF_WAY = FIRST_WEEK + 20


def apply_from(bank: JudgedBank, policy: Policy, week: int) -> None:
    with bank.store.write() as tx:
        policy_versions.ensure_base_policy(tx, bank.policy, NOW)
        policy_versions.add_policy(tx, policy, proposed_by="approver-1", at=NOW)
        policy_versions.add_application(tx, Application(policy.version, Week(week), "approver-2", NOW))


def versions(bank: JudgedBank) -> dict[int, str]:
    columns = judged_week.c
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(columns.week, columns.policy_version).order_by(columns.revision))
        return {row.week: row.policy_version for row in rows}


def test_weeks_before_an_application_are_judged_by_the_older_policy(
    make_bank: Callable[[int], JudgedBank], policy: Policy
) -> None:
    bank = make_bank(1)
    loose = msgspec.structs.replace(
        policy, name="loose", tiers=(TierPolicy("C", 10**12, policy.tiers[0].presets, own_noise=0.0),)
    )
    apply_from(bank, loose, HALF_WAY)
    bank.judge_all(bank.judge())
    found = versions(bank)
    assert {found[week] for week in range(FIRST_WEEK, HALF_WAY)} == {policy.version}
    assert {found[week] for week in range(HALF_WAY, FIRST_WEEK + WEEKS)} == {loose.version}
    with bank.store.read() as tx:
        evidence = tx.execute(sa.select(alert_evidence.c.week, alert_evidence.c.verdict)).all()
    assert evidence
    assert {row.verdict["policy_version"] for row in evidence} == {policy.version}
    assert max(row.week for row in evidence) < HALF_WAY


def test_a_week_judged_again_is_judged_by_the_policy_of_its_own_time(
    make_bank: Callable[[int], JudgedBank], policy: Policy
) -> None:
    bank = make_bank(1)
    judge = bank.judge()
    apply_from(bank, msgspec.structs.replace(policy, name="new"), HALF_WAY)
    bank.judge_all(judge)
    before = versions(bank)
    bank.amend(0, "C03", HALF_WAY - 5, 90_000_000)
    assert len(bank.judge_all(judge)) == FIRST_WEEK + WEEKS - (HALF_WAY - 5)
    assert versions(bank) == before
