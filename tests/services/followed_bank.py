"""A small bank whose time passes: clients, alerts, cases, remedies and people who want to be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from casework.alerts import actions
from casework.alerts.episodes import EpisodeRules
from casework.alerts.judging import judge
from casework.cases.case_lifecycle import Case
from casework.notices.recipients import CHOICES, Preference
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import FeeTerms, Terms
from detector.groups import Group, Movement
from schemas.verdicts import Baseline, Common, Comparison, Direction, Grade, GroupKind, Series, Verdict
from schemas.weeks import Week, parse_week
from services.follow_up.process import FollowUp
from services.parts import Parts
from services.settings import Settings
from store.alerts import alert_rows, alert_tellings
from store.cases import case_rows
from store.notices import notice_preferences
from store.operations.turns import Turn
from store.quiet import movements
from store.remedies import remedy_rows
from store.tables.cases import case_event
from store.tables.ledger import shard_week
from store.tables.notices import notice
from telemetry.metrics import Metrics
from tests.api.conftest import CALENDAR, CASE, Bank

WEEK = parse_week("2026-W02")  # the week before NOW
NOW = datetime(2026, 1, 13, 2, tzinfo=UTC)  # Tuesday morning in Hong Kong
DAY = timedelta(days=1)
ALL = frozenset({"branch", "region", "head_office"})


@dataclass
class HandClock:
    """Stands still until moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class FollowedBank(Bank):
    """What stands in the store, and follow-up processes to be set on it as often as wanted."""

    data_dir: Path = field(default_factory=Path)
    clock: HandClock = field(default_factory=HandClock)
    metrics: Metrics = field(default_factory=Metrics)
    settings: dict[str, Any] = field(default_factory=dict)

    def follow_up(self, owner: str = "one", mine: Callable[[], bool] | None = None) -> FollowUp:
        settings = Settings(data_dir=self.data_dir, **self.settings)
        parts = Parts(settings, self.store, CALENDAR, self.metrics, self.clock)
        ttl, renew = timedelta(minutes=3), timedelta(minutes=2)
        turn = Turn(self.store, "follow-up", owner, self.clock, ttl=ttl, renew_before_end=renew)
        if mine is not None:
            turn.is_mine = mine  # type: ignore[method-assign]
        return FollowUp(parts, turn)

    def passes(self, by: timedelta = timedelta()) -> None:
        """Time passes, and follow-up looks once."""
        self.clock.now += by
        self.follow_up().run_once()

    # -- what there is ------------------------------------------------------------------------------------------
    def clients(self, branch: str = "B1", *client_ids: str, **facts: object) -> None:
        for client_id in client_ids:
            self.client(client_id, branch, **facts)

    def judged(self, *weeks: int) -> None:
        row = {"shard": 0, "state": "closed", "received": 5, "expected": 5, "revision": 1, "judged_revision": 1}
        with self.store.write() as tx:
            tx.execute(sa.insert(shard_week), [row | {"week": week} for week in weeks])

    def branch_moved(self, branch: str, week: int, client_id: str) -> None:
        """Most clients of a branch began to fall in a week, which explains the fall of `client_id`."""
        group = Group(GroupKind.BRANCH, branch)
        moved = Movement(group, Week(week), Baseline.WEEK_VS_RECENT, Series.TURNOVER, -80.0, 40, 35)
        common = Common(group.kind, group.name, 0.0, 1)
        explained = Verdict(client_id, Week(week), Direction.FALL, Grade.NONE, (), 0, "p-1", 1, common)
        self.store.transact(lambda tx: movements.save_movements(tx, 0, Week(week), [moved], [explained]))

    def closed_case(self, client_id: str, week: int, *alert_ids: str, case_id: str = CASE, **facts: object) -> str:
        ended = {"state": "closed", "closed_week": week, "closed_at": NOW, "truth": "true_diversion"}
        return self.case(client_id, case_id, *alert_ids, **ended | {"retention": "saved", "cause": "fees"} | facts)

    def alert_that_is(
        self, client_id: str, week: int = WEEK, direction: Direction = Direction.FALL, **facts: Any
    ) -> str:
        """An alert that a person or the figures have changed since it opened."""
        alert_id = self.alert(client_id, week=week, direction=direction)
        with self.store.write() as tx:
            changed = replace(alert_rows.get(tx, alert_id, for_update=True), revision=2, **facts)
            alert_rows.save(tx, changed, alert_rows.load_client_facts(tx, [client_id])[client_id], "HKD", NOW)
        return alert_id

    def told_later(self, client_id: str, opened_week: int, week: int, **facts: Any) -> str:
        """An alert that began in history and was told now, with the judging of `week`, as it still stood."""
        alert_id = self.alert(client_id, week=opened_week, told=False, **facts)
        with self.store.write() as tx:
            told = replace(alert_rows.get(tx, alert_id, for_update=True), revision=2, told=True)
            alert_rows.save(tx, told, alert_rows.load_client_facts(tx, [client_id])[client_id], "HKD", NOW)
            alert_tellings.save(tx, [alert_id], week, self.clock())
        return alert_id

    def returns(self, alert_id: str, week: int, grade: Grade = Grade.ALARM) -> None:
        """A closed alert opens again with a verdict of `week`."""
        with self.store.write() as tx:
            closed = alert_rows.get(tx, alert_id)
            compared = Comparison(
                Series.CREDIT, Baseline.QUARTER_VS_YEAR, 13, 52, 620_000, 1_000_000, -38.0, -25.0, grade
            )
            verdict = Verdict(closed.client_id, Week(week), Direction.FALL, grade, (compared,), 1_000_00, "p-1", 1)
            opened = judge(None, closed, verdict, Week(week), EpisodeRules())
            assert opened is not None
            alert_rows.save(
                tx, opened, alert_rows.load_client_facts(tx, [closed.client_id])[closed.client_id], "HKD", NOW
            )

    def close_alert(self, alert_id: str, outcome: str = "expected_event") -> None:
        with self.store.write() as tx:
            closed = actions.close(alert_rows.get(tx, alert_id, for_update=True), outcome, None)
            alert_rows.save(
                tx, closed, alert_rows.load_client_facts(tx, [closed.client_id])[closed.client_id], "HKD", NOW
            )

    def waiver(self, starts_on: date, ends_on: date, *, approved: bool = True, number: int = 1) -> Remedy:
        """A waiver on the case of C1, proposed by staff-17 and approved by approver-1."""
        fee = FeeTerms("ACCT-MAINT", 120_000, 100, 40_000_000, 2_800_000)
        today = self.clock().date()
        steps = [
            remedy_lifecycle.propose(
                f"00000000-0000-4000-8000-{number:012d}", CASE, "C1", "fee_waiver",
                Terms(starts_on, ends_on, 0, 15_000_000, "they asked for it", fee),
                owner="staff-17", actor="staff-17", today=today,
            )
        ]  # fmt: skip
        steps.append(remedy_lifecycle.submit(steps[-1], ("region",), "staff-17", today))
        if approved:
            steps.append(remedy_lifecycle.approve(steps[-1], ("region",), ALL, "approver-1", today, None))
        for step in steps:
            with self.store.write() as tx:
                facts = alert_rows.load_client_facts(tx, ["C1"])["C1"]
                remedy_rows.save(tx, step, facts, "HKD", self.clock())
        return steps[-1]

    def person(self, user: str, role: str = "branch_staff", branch: str | None = "B1", **wishes: Any) -> None:
        wanted = Preference(user, role, branch, "en", "json://sink.bank.example", CHOICES)
        with self.store.write() as tx:
            notice_preferences.save(tx, replace(wanted, **wishes))

    # -- what has become of it ------------------------------------------------------------------------------------
    def case_now(self, case_id: str = CASE) -> Case:
        with self.store.read() as tx:
            return case_rows.get(tx, case_id)

    def alert_state(self, alert_id: str) -> str:
        with self.store.read() as tx:
            return alert_rows.get(tx, alert_id).state

    def timeline(self) -> list[tuple[str, str]]:
        with self.store.read() as tx:
            rows = tx.execute(sa.select(case_event.c.actor, case_event.c.what).order_by(case_event.c.event_id))
            return [tuple(row) for row in rows]

    def told(self, kind: str) -> list[tuple[str, str]]:
        """Who was told, and about what."""
        query = sa.select(notice.c.user, notice.c.subject_key).where(notice.c.kind == kind)
        with self.store.read() as tx:
            return [tuple(row) for row in tx.execute(query.order_by(notice.c.notice_id))]

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"ebbwatch_{name}", labels) or 0.0
