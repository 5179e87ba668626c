"""A branch's week has room for so many new alerts: the others exist, wait, and move up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from casework.alerts.buckets import AsOf
from services.detect import Judge
from services.follow_up.process import LEASE, LEASE_TTL, RENEW_BEFORE_END, FollowUp
from services.parts import Parts
from services.settings import Settings
from store.alerts import alert_search
from store.alerts.alert_search import AlertFilter
from store.notices import notice_sources
from store.operations.turns import Turn
from store.quiet import budget
from store.tables.alerts import alert, alert_revision
from tests.services.conftest import FIRST_WEEK, NOW, RULES, JudgedBank

ROOM = 2


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(make_bank, clock) -> tuple[JudgedBank, FollowUp]:
    """Judged with room for two new alerts a branch and week; all clients are of one branch."""
    made = make_bank(2)
    settings = Settings(data_dir=made.data_dir, branch_weekly_alerts=ROOM)
    judge = made.judge()
    parts: Parts = replace(judge._parts, settings=settings, clock=clock)
    made.judge_all(Judge(parts, made.policy, RULES))
    return made, FollowUp(
        parts, Turn(made.store, LEASE, "me", clock, ttl=LEASE_TTL, renew_before_end=RENEW_BEFORE_END)
    )


def listed(bank: JudgedBank, *, deferred: bool) -> list[tuple[str, int]]:
    with bank.store.read() as tx:
        wanted = AlertFilter(AsOf(NOW.date()), states=("open",), deferred=deferred)
        rows = alert_search.search(tx, wanted, only_branch=None, after=None, limit=99)
    return [(row.place.alert_id, row.place.rank_minor) for row in rows]


def test_new_alerts_wait_until_they_are_let_in_the_most_at_stake_first(bank) -> None:
    made, follow_up = bank
    waiting = listed(made, deferred=True)
    assert len(waiting) > ROOM
    assert listed(made, deferred=False) == []
    with made.store.read() as tx:
        assert notice_sources.load_alarms(tx, FIRST_WEEK, NOW - timedelta(weeks=99)) == []
    follow_up.run_once()
    by_worth = sorted(waiting, key=lambda each: (-each[1], each[0]))
    assert set(listed(made, deferred=False)) == set(by_worth[:ROOM])
    assert set(listed(made, deferred=True)) == set(by_worth[ROOM:])


def test_there_is_no_more_room_in_the_same_week_and_new_room_in_the_next(bank, clock) -> None:
    made, follow_up = bank
    total = len(listed(made, deferred=True))
    for rounds in (1, 2):
        follow_up.run_once()
        assert len(listed(made, deferred=False)) == ROOM, rounds
    clock.now += timedelta(weeks=1)
    follow_up.run_once()
    assert len(listed(made, deferred=False)) == min(2 * ROOM, total)
    with made.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(alert_revision)) > total


def test_nothing_is_let_in_while_weeks_wait_to_be_judged(bank) -> None:
    made, follow_up = bank
    made.amend(0, "C01", FIRST_WEEK + 30, 5)
    with made.store.read() as tx:
        assert not budget.is_all_judged(tx)
    follow_up.run_once()
    assert listed(made, deferred=False) == []


def test_without_a_limit_nobody_waits(make_bank) -> None:
    made = make_bank(1)
    made.judge_all(made.judge())
    with made.store.read() as tx:
        assert budget.load_waiting(tx) == []
        assert tx.scalar(sa.select(sa.func.count()).select_from(alert)) > 0
