"""Every alert comes out again from what it was judged from, whatever has changed since."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import msgspec
import pytest
import sqlalchemy as sa
from rich.console import Console

from acts.judging import rebuilding
from acts.judging.rebuilding import Rebuilt
from detector.policies.policy import Policy, TierPolicy
from schemas.errors import NotFound
from schemas.weeks import Week
from services import explain as command
from services.judging.holiday_calendar import festivals_of
from services.parts import Parts
from services.settings import Settings
from store.alerts import alert_rows
from store.policies import policy_versions
from store.policies.policy_versions import Application
from store.tables.alerts import alert
from store.tables.clients import client
from tests.services.conftest import FIRST_WEEK, NOW, WEEKS, JudgedBank
from tests.services.judging.test_beside import bank

__all__ = ["bank"]  # a fixture: a branch that rests

MakeBank = Callable[[int], JudgedBank]
LAST_WEEK = FIRST_WEEK + WEEKS - 1


def settled(bank: JudgedBank) -> JudgedBank:
    with bank.store.write() as tx:
        policy_versions.ensure_base_policy(tx, bank.policy, NOW)
    return bank


def apply(bank: JudgedBank, policy: Policy, week: int) -> None:
    with bank.store.write() as tx:
        policy_versions.add_policy(tx, policy, proposed_by="approver-1", at=NOW)
        policy_versions.add_application(tx, Application(policy.version, Week(week), "approver-2", NOW))


def stricter(policy: Policy) -> Policy:
    presets = tuple(
        msgspec.structs.replace(preset, prompt_pct=(preset.prompt_pct or 0) / 2)
        for preset in policy.tiers[0].presets
    )
    return msgspec.structs.replace(policy, name="stricter", tiers=(TierPolicy("C", 0, presets, own_noise=0.0),))


def rebuilt(bank: JudgedBank, client_ids: Sequence[str] = ()) -> dict[str, list[Rebuilt]]:
    """Of every alert, or those of some clients, its weeks made again."""
    with bank.store.read() as tx:
        mine = alert.c.client_id.in_(client_ids) if client_ids else sa.true()
        ids = tx.scalars(sa.select(alert.c.alert_id).where(mine)).all()
        return {
            each: list(rebuilding.rebuild_alert(tx, alert_rows.get(tx, each), bank.policy, festivals_of("HK")))
            for each in ids
        }


def assert_all_identical(bank: JudgedBank) -> None:
    found = [week for weeks in rebuilt(bank).values() for week in weeks]
    assert len(found) > 30
    assert all(each.identical for each in found), [each for each in found if not each.identical][:2]
    assert all(each.unknown is None for each in found)


def test_every_week_of_every_alert_comes_out_again(make_bank: MakeBank) -> None:
    bank = settled(make_bank(2))
    bank.judge_all(bank.judge())
    assert_all_identical(bank)


@pytest.mark.slow
def test_a_late_event_that_has_not_been_judged_yet_changes_nothing_of_old_verdicts(make_bank: MakeBank) -> None:
    bank = settled(make_bank(1))
    bank.judge_all(bank.judge())
    for offset, week in enumerate((LAST_WEEK - 5, LAST_WEEK - 5, LAST_WEEK - 8), start=1):
        bank.amend(0, "C07", week, 90_000_000, offset)
    assert_all_identical(bank)


@pytest.mark.slow
def test_weeks_judged_again_come_out_as_judged_then(make_bank: MakeBank) -> None:
    bank = settled(make_bank(1))
    judge = bank.judge()
    for offset, client_id in enumerate(("C07", "C03", "C05"), start=1):
        bank.judge_all(judge)
        bank.amend(0, client_id, LAST_WEEK - offset * 2, 90_000_000, offset)
        assert_all_identical(bank)
    bank.judge_all(judge)
    assert_all_identical(bank)
    withdrawn = [week for weeks in rebuilt(bank).values() for week in weeks if not week.stored.grade]
    assert withdrawn  # the late money took an alert's reason away


@pytest.mark.slow
def test_each_week_comes_out_by_the_policy_that_judged_it(make_bank: MakeBank, policy: Policy) -> None:
    bank = settled(make_bank(1))
    apply(bank, stricter(policy), FIRST_WEEK + 25)
    bank.judge_all(bank.judge())
    assert_all_identical(bank)
    versions = {week.stored.policy_version for weeks in rebuilt(bank).values() for week in weeks}
    assert versions == {policy.version, stricter(policy).version}


@pytest.mark.slow
def test_a_client_whose_tier_has_changed_comes_out_as_the_tier_it_had(make_bank: MakeBank, policy: Policy) -> None:
    bank = make_bank(1)
    two_tiers = (TierPolicy("A", 10**9, policy.tiers[0].presets), policy.tiers[0])
    apply(bank, msgspec.structs.replace(policy, tiers=two_tiers), 0)
    bank.judge_all(bank.judge())
    with bank.store.write() as tx:
        tx.execute(sa.update(client).values(tier="A"))
    assert_all_identical(bank)
    assert {week.tier for weeks in rebuilt(bank).values() for week in weeks} == {"C"}


@pytest.mark.slow
def test_a_verdict_from_before_a_new_normal_was_said_comes_out_again(make_bank: MakeBank) -> None:
    bank = settled(make_bank(1))
    bank.judge_all(bank.judge())
    with bank.store.write() as tx:
        tx.execute(sa.update(client).values(rebased_week=FIRST_WEEK + 10))
    assert_all_identical(bank)
    bank.amend(0, "C07", LAST_WEEK - 3, 90_000_000)
    bank.judge_all(bank.judge())
    assert_all_identical(bank)


def test_a_verdict_that_does_not_come_out_again_is_told_with_what_differs(make_bank: MakeBank) -> None:
    bank = settled(make_bank(1))
    bank.judge_all(bank.judge())
    with bank.store.write() as tx:  # behind everybody's back
        tx.exec_driver_sql("UPDATE ledger SET debit_minor = 1 WHERE client_id = 'C03'")
    found = [week for weeks in rebuilt(bank).values() for week in weeks if week.stored.client_id == "C03"]
    assert not all(week.identical for week in found)


@pytest.mark.slow
def test_a_verdict_beside_a_group_that_rested_comes_out_with_its_group(bank: JudgedBank) -> None:
    settled(bank)
    bank.judge_all(bank.judge())
    bank.amend(0, "C011", FIRST_WEEK + 42, 90_000_000)
    found = [week for weeks in rebuilt(bank).values() for week in weeks]
    assert [each for each in found if each.stored.common is not None]
    assert all(each.identical for each in found)


@pytest.fixture
def printed(make_bank: MakeBank, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """What the command prints of a bank's first alert, and its exit code."""

    def run(bank: JudgedBank, alert_id: str, *, again: bool) -> tuple[int, str]:
        settings = Settings(data_dir=bank.data_dir)
        parts = Parts(settings, bank.store, bank.judge()._parts.calendar, bank.metrics, lambda: NOW)
        monkeypatch.setattr(command, "load_settings", lambda: settings)
        monkeypatch.setattr(command, "open_parts", lambda _: parts)
        written = io.StringIO()
        code = command.explain(alert_id, again=again, console=Console(file=written, width=200))
        return code, written.getvalue()

    return run


def test_the_command_shows_the_evidence_and_that_it_comes_out_again(make_bank: MakeBank, printed) -> None:
    bank = settled(make_bank(1))
    bank.judge_all(bank.judge())
    alert_id, weeks = max(rebuilt(bank).items(), key=lambda item: len(item[1]))
    code, shown = printed(bank, alert_id, again=True)
    assert code == 0
    assert f"{len(weeks)} of {len(weeks)} weeks rebuilt identically" in shown
    assert shown.count("identical (as tier") == len(weeks)
    assert "quarter_vs_quarter" in shown
    assert "rebuilt" not in printed(bank, alert_id, again=False)[1]


def test_the_command_fails_where_a_week_does_not_come_out_again(make_bank: MakeBank, printed) -> None:
    bank = settled(make_bank(1))
    bank.judge_all(bank.judge())
    alert_id = next(iter(rebuilt(bank)))
    with bank.store.write() as tx:
        tx.exec_driver_sql("UPDATE ledger SET debit_minor = 1, credit_minor = 1")
    code, shown = printed(bank, alert_id, again=True)
    assert code == 1
    assert "differs" in shown
    with pytest.raises(NotFound):
        printed(bank, "00000000-0000-4000-8000-000000000000", again=True)
