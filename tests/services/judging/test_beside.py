"""A shard's weeks are judged beside its branches: what a branch does as one is a movement, and no alert."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sqlalchemy as sa

from casework.quiet.calendar import Entry
from schemas.weeks import Week, WeekCalendar
from services.detect import Judge
from services.parts import Parts
from services.settings import Settings
from store.alerts import alert_rows
from store.ledger.checkpoint import WeekState
from store.quiet import calendar, movements
from store.quiet.movements import MovementFilter
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.quiet import explained_verdict, movement
from tests.services.conftest import FIRST_WEEK, NOW, RULES, JudgedBank
from tests.system.digest import digest

CLIENTS, HISTORY, REST = 30, 45, 40
LEAVER = "C003"
MakeBank = Callable[[int], JudgedBank]


@pytest.fixture
def bank(make_bank: MakeBank) -> JudgedBank:
    """Thirty steady clients of one branch, of which one leaves; in week 40 the branch rests."""
    made = make_bank(0)
    ids = [f"C{n:03d}" for n in range(CLIENTS)]
    draw = np.random.default_rng(1)
    minor = (draw.lognormal(13, 0.5, (CLIENTS, 1)) * draw.lognormal(0, 0.1, (CLIENTS, HISTORY))).astype(np.int64)
    minor[3, REST - 4 :] = 0
    minor[:, REST] = 0
    weeks = range(FIRST_WEEK, FIRST_WEEK + HISTORY)
    states = tuple(WeekState(week, "closed", 1, closed_by="marker") for week in weeks)
    made._keep(0, 0, ids, minor, weeks, states, dict.fromkeys(ids, FIRST_WEEK))
    with made.store.write() as tx:
        tx.execute(sa.update(client).values(branch_id="B1", industry="trade", placeholder=False))
    return made


def found(bank: JudgedBank) -> tuple[set[str], list[tuple[str, int, bool]]]:
    with bank.store.read() as tx:
        rows = movements.search(tx, MovementFilter(), only_branch=None, after=None, limit=99)
        alerted = set(tx.scalars(sa.select(alert.c.client_id).where(alert.c.last_week >= FIRST_WEEK + REST)))
    return alerted, sorted((row.kind.value, row.week - FIRST_WEEK, row.quiet) for row in rows)


def test_a_week_of_rest_raises_movements_and_no_alert_but_the_leavers(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge())
    assert found(bank) == ({LEAVER}, [("bank", REST, True), ("branch", REST, True), ("industry", REST, True)])
    with bank.store.read() as tx:
        rested = set(tx.scalars(sa.select(explained_verdict.c.client_id)))
        (verdict,) = movements.load_explained(tx, "C007", FIRST_WEEK + REST)
    assert len(rested) == CLIENTS - 1
    assert (verdict.common.name, verdict.common.quiet_weeks) == ("B1", 1)


def test_a_restart_at_every_week_finds_the_same(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge())
    names = (alert.name, movement.name, explained_verdict.name)
    undisturbed = {name: rows for name, rows in digest(bank.store).items() if name in names}
    assert all(rows[0] for rows in undisturbed.values())
    bank.forget_verdicts()
    while bank.judge().judge_next() is not None:
        pass
    assert {name: rows for name, rows in digest(bank.store).items() if name in names} == undisturbed


def test_a_branch_of_few_clients_is_judged_alone(bank: JudgedBank) -> None:
    with bank.store.write() as tx:
        tx.execute(sa.delete(client).where(client.c.client_id >= "C011"))
        tx.exec_driver_sql("DELETE FROM ledger WHERE client_id >= 'C011'")
    settings = Settings(data_dir=bank.data_dir)
    parts = Parts(settings, bank.store, WeekCalendar(settings.zone), bank.metrics, lambda: NOW)
    bank.judge_all(Judge(parts, bank.policy, RULES))
    alerted, moved = found(bank)
    assert moved == []
    assert len(alerted) == 11


def test_a_week_that_the_calendar_holds_back_shows_its_alerts_as_suppressed(bank: JudgedBank) -> None:
    """The leaver's fall begins in a week that is suppressed for it, and opens in the week after."""
    begun, states = FIRST_WEEK + REST - 4, {}
    entry = Entry("e-1", "client", LEAVER, Week(begun), Week(begun), "moves its head office")
    bank.store.transact(lambda tx: calendar.add_entry(tx, entry, "manager-b001", NOW))
    judge = bank.judge()
    mine = sa.select(alert.c.state, alert.c.alert_id).where(
        alert.c.client_id == LEAVER, alert.c.direction == "fall", alert.c.state != "closed"
    )
    while (judged := judge.judge_next()) is not None:
        with bank.store.read() as tx:
            row = tx.execute(mine).one_or_none()
        states[judged.claim.week] = row and row.state
    assert (states[begun - 1], states[begun], states[begun + 1]) == (None, "suppressed", "open")
    with bank.store.read() as tx:
        episode = alert_rows.get(tx, row.alert_id)
    of_week = episode.evidence[Week(begun)]
    assert of_week.grade
    assert of_week.calendar_version.startswith("HK-")
    assert of_week.calendar_version != episode.evidence[Week(begun + 1)].calendar_version
