"""The running detector puts the shipped policy on the bank's own scale once, and judges by that from then on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Event

import numpy as np
import pytest
import sqlalchemy as sa

from acts.own_scale import scale_default_policy
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from schemas.weeks import WeekCalendar
from services.detect import OwnScale, detect_work
from services.parts import Parts
from services.settings import Settings
from store.policies import policy_versions
from store.policies.policy_versions import Application
from store.tables.clients import client
from store.tables.ledger import shard_week
from store.tables.policies import judged_week
from store.unit_of_work import Store
from tests.services.conftest import FIRST_WEEK, NOW, WEEKS, JudgedBank

MakeBank = Callable[..., JudgedBank]


def parts_of(bank: JudgedBank, currency: str = "HKD") -> Parts:
    settings = Settings(data_dir=bank.data_dir, base_currency=currency)
    return Parts(settings, bank.store, WeekCalendar(settings.zone), bank.metrics, lambda: NOW)


def in_force(store: Store) -> Policy:
    with store.read() as tx:
        found = policy_versions.find_newest(tx)
    assert found is not None
    return found


def effects(policy: Policy) -> list[int]:
    return [tier.minimum_effect for tier in policy.tiers]


def settle(bank: JudgedBank, currency: str = "HKD") -> OwnScale:
    base = default_policy(currency)
    bank.store.transact(lambda tx: policy_versions.ensure_base_policy(tx, base, NOW))
    return OwnScale(parts_of(bank, currency), base)


def test_it_is_made_before_the_first_week_that_it_can_speak_of_and_only_once(
    make_bank: MakeBank, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "services.detect")
    bank = make_bank(2)
    settle(bank).take_up()
    scaled = in_force(bank.store)
    assert scaled.name == "default-scaled"
    assert effects(scaled) != effects(default_policy("HKD"))
    assert [record.made_for[:8] for record in caplog.records] == ["no bank ", "made for"]
    assert "made for HKD as of" in caplog.records[-1].made_for
    assert "(16 clients)" in caplog.records[-1].made_for
    bank.amend(0, "C03", FIRST_WEEK + 30, 10**12)  # whatever the ledger says later
    settle(bank).take_up()
    assert in_force(bank.store) == scaled
    with bank.store.read() as tx:
        assert policy_versions.find_for_week(tx, FIRST_WEEK) == scaled
        assert len(policy_versions.load_applications(tx, scaled.version)) == 1


def test_it_is_not_made_of_less_than_half_a_year_nor_of_a_handful_of_clients(make_bank: MakeBank) -> None:
    young, small = make_bank(2, 25), make_bank(1)
    for bank in (young, small):
        bank.fill()
        settle(bank).take_up()
        assert in_force(bank.store).name == "default"


def test_weeks_that_were_judged_stay_judged_by_what_judged_them(make_bank: MakeBank) -> None:
    bank = make_bank(2)
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).where(shard_week.c.week > FIRST_WEEK + 30).values(state="open"))
    base = default_policy("HKD")
    bank.store.transact(lambda tx: policy_versions.ensure_base_policy(tx, base, NOW))
    judge = replace(bank, policy=base).judge()
    for _ in range(2 * 10):
        judge.judge_next()
    settle(bank).take_up()
    scaled = in_force(bank.store)
    with bank.store.read() as tx:
        found = [policy_versions.find_for_week(tx, FIRST_WEEK + at) for at in (9, 10)]
    assert [each.version for each in found if each] == [base.version, scaled.version]


def test_what_a_person_applied_is_not_scaled(make_bank: MakeBank, policy: Policy) -> None:
    bank = make_bank(2)
    settle(bank)
    with bank.store.write() as tx:
        policy_versions.add_policy(tx, policy, proposed_by="approver-1", at=NOW)
        policy_versions.add_application(
            tx, Application(policy.version, policy_versions.get_next_week(tx), "approver-2", NOW)
        )
    settle(bank).take_up()
    assert in_force(bank.store).version == policy.version


def test_other_shipped_presets_are_scaled_anew_from_the_next_week_on(make_bank: MakeBank) -> None:
    bank = make_bank(2)
    settle(bank, "EUR").take_up()
    older = in_force(bank.store)
    with bank.store.write() as tx:
        newer = default_policy("HKD")
        changed = type(newer)(newer.name, newer.minor_digits, newer.default_tier, newer.tiers[2:])
        policy_versions.ensure_base_policy(tx, changed, NOW)
        assert scale_default_policy(tx, changed, "HKD", NOW)
    assert in_force(bank.store) != older
    assert [tier.tier for tier in in_force(bank.store).tiers] == ["C"]


def test_clients_that_closed_or_were_hardly_ever_paid_say_nothing_of_a_usual_year(make_bank: MakeBank) -> None:
    bank = make_bank(2)
    with bank.store.write() as tx:
        gone = [f"C0{at}" for at in range(8)]
        closed = date(2026, 1, 1).toordinal()
        tx.execute(sa.update(client).where(client.c.client_id.in_(gone)).values(last_week=closed))
    settle(bank).take_up()
    assert in_force(bank.store).name == "default"  # eight are left


def test_the_detector_itself_judges_by_it(make_bank: MakeBank) -> None:
    bank = make_bank(2)
    work = detect_work(replace(parts_of(bank), settings=Settings(data_dir=bank.data_dir, leaver_model="none")))

    class Ended(Event):
        def is_set(self) -> bool:
            with bank.store.read() as tx:
                judged = tx.scalar(sa.select(sa.func.count()).select_from(judged_week))
            return judged == 2 * WEEKS or super().is_set()

        def wait(self, _: float | None = None) -> bool:
            return self.is_set()

    work(Ended())
    with bank.store.read() as tx:
        used = set(tx.scalars(sa.select(judged_week.c.policy_version)))
    assert used == {in_force(bank.store).version}
    assert np.char.startswith(list(used), "default-scaled-").all()
