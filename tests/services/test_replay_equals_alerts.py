"""A replay of the policy in force, with scores and a branch's capacity, raises the very alerts that people see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
import pytest
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from acts.replays import grade_weeks
from casework.alerts.actions import close
from casework.policies.course import run_course
from casework.policies.episode_columns import AlertNews
from casework.policies.queue import DIRECTIONS, Capacity
from detector.leaver.model import LeaverModel
from detector.quiet.calendar import NONE
from detector.state import HISTORY_WEEKS
from schemas.verdicts import Grade
from schemas.weeks import Week, monday
from services.detect import Judge
from services.follow_up.budget import admit
from services.follow_up.process import LEASE, LEASE_TTL, RENEW_BEFORE_END, FollowUp
from services.settings import Settings
from store.alerts import alert_rows
from store.leaver import leaver_models
from store.operations.turns import Turn
from store.policies import policy_history
from store.tables.alerts import alert, alert_opening
from store.tables.ledger import shard_week
from tests.services.conftest import FIRST_WEEK, NOW, RULES, JudgedBank
from tests.services.test_explain_scored import model

__all__ = ["model"]  # a fixture: one that is easily moved
MakeBank = Callable[..., JudgedBank]
NO_REST = "US"  # a country without weeks that are mostly holidays: a let-in week is then one of evidence
WEEKS = 65  # clients have a score after a year


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


class Branch:
    """Weeks close one by one; each is judged, let in, and alarms that have recovered are closed by people."""

    def __init__(self, bank: JudgedBank, model: LeaverModel, room: int) -> None:
        self.bank, self.clock = bank, Clock()
        settings = Settings(data_dir=bank.data_dir, branch_weekly_alerts=room, holidays=NO_REST)
        parts = replace(bank.judge()._parts, settings=settings, clock=self.clock)
        self.judge = Judge(parts, bank.policy, RULES, LeaverScores(model))
        turn = Turn(bank.store, LEASE, "me", self.clock, ttl=LEASE_TTL, renew_before_end=RENEW_BEFORE_END)
        self.follow_up = FollowUp(parts, turn)
        with bank.store.write() as tx:
            leaver_models.save(tx, model, NOW)
            tx.execute(sa.update(shard_week).values(state="open"))

    def live(self) -> None:
        for week in range(FIRST_WEEK, FIRST_WEEK + self.bank.weeks):
            self.clock.now = datetime.combine(monday(week + 1), time(12), UTC)
            with self.bank.store.write() as tx:
                tx.execute(sa.update(shard_week).where(shard_week.c.week == week).values(state="closed"))
            self.bank.judge_all(self.judge)
            current = self.follow_up.begin_round()
            if current.rules.branch_weekly_alerts:
                assert self.follow_up._turn.is_mine()
                admit(current)
            self._close_recovered()

    def _close_recovered(self) -> None:
        over = (alert.c.recovered_week.is_not(None), alert.c.grade == Grade.ALARM, ~alert.c.deferred)
        seen = (alert.c.state == "open", *over)
        with self.bank.store.write() as tx:
            for alert_id in tx.scalars(sa.select(alert.c.alert_id).where(*seen)).all():
                closed = close(alert_rows.get(tx, alert_id), "true_decline", None)
                facts = alert_rows.load_client_facts(tx, [closed.client_id])[closed.client_id]
                alert_rows.save(tx, closed, facts, "HKD", NOW)


def replayed(bank: JudgedBank, room: int) -> list[tuple[str, int, AlertNews, int]]:
    """(direction and client, week, why it came up or that it waited, grade then)."""
    with bank.store.read() as tx:
        last = policy_history.find_last_judged_week(tx)
        assert last is not None
        whole = policy_history.load_bank(tx, last, HISTORY_WEEKS + bank.weeks, bank.weeks)
    ids = whole.history.client_ids
    branches, tiers = [whole.branches[at] for at in whole.branch], whole.history.tiers
    capacity = Capacity(room, FIRST_WEEK, ids, branches, tiers, onsets=whole.onsets) if room else None
    weeks = grade_weeks(whole, bank.policy, Week(FIRST_WEEK), NONE, lambda _: None)
    events = run_course(weeks, len(ids), RULES, np.arange(0), capacity=capacity).events
    columns = (events.week, events.way, events.client, events.why, events.grade)
    return [
        (f"{DIRECTIONS[way]} {ids[at]}", week, AlertNews(why), grade)
        for week, way, at, why, grade in zip(*(column.tolist() for column in columns), strict=True)
    ]


@pytest.mark.parametrize(
    "room", [pytest.param(0, marks=pytest.mark.slow), 1, pytest.param(3, marks=pytest.mark.slow)]
)
def test_the_alerts_are_those_that_the_judge_raised_and_follow_up_let_in(
    make_bank: MakeBank, model: LeaverModel, room: int
) -> None:
    bank = make_bank(2, WEEKS)
    Branch(bank, model, room).live()
    columns = (
        alert.c.client_id,
        alert.c.direction,
        alert.c.let_in_week,
        alert.c.opened_week,
        alert_opening.c.grade,
    )
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(*columns).join_from(alert, alert_opening)).all()
    told = replayed(bank, room)
    opened = {(who, week) for who, week, why, _ in told if why is AlertNews.OPENED}
    waited = [who for who, _, why, _ in told if why is AlertNews.WAITED]
    if room:
        let_in = {(f"{row.direction} {row.client_id}", row.let_in_week - 1) for row in rows if row.let_in_week}
        again = {(who, week) for who, week, why, _ in told if why is AlertNews.REOPENED}
        assert opened <= let_in <= opened | again  # one that recovered unseen comes up when it began again
        assert waited
    else:
        assert opened == {(f"{row.direction} {row.client_id}", row.opened_week) for row in rows}
        grades = {(who, week, grade) for who, week, why, grade in told if why is AlertNews.OPENED}
        assert grades == {(f"{row.direction} {row.client_id}", row.opened_week, row.grade) for row in rows}
        assert not waited
