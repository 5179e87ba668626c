"""By weeks left, page by page in one order whatever is judged meanwhile, and what time makes of the rank."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from casework.alerts.buckets import AsOf
from schemas.verdicts import Direction
from schemas.weeks import Week
from store.alerts import alert_search
from store.alerts.alert_search import AlertFilter, AlertRow, LeftPlace
from store.tables.ledger import shard_week
from store.unit_of_work import Store
from tests.api.conftest import WEEK, Bank
from tests.api.explained import an_explanation

WANTED = AlertFilter(AsOf(date(2026, 1, 13)))
# Weeks from the onset to the newest judged one, itself counted; None: not explained.
GONE = {"F": 1, "E": 10, "D": 25, "C": 26, "B": 40, "A": None}


@pytest.fixture
def bank(store: Store) -> Bank:
    made = Bank(store)
    for client_id, gone in GONE.items():
        made.client(client_id, "B1", first_week=WEEK - 80)
        told = None if gone is None else an_explanation(WEEK, onset_week=Week(WEEK + 1 - gone))
        made.alert(client_id, explained=told, at_risk=1_000_000_00)
    made.client("R", "B1", first_week=WEEK - 80)
    made.alert("R", direction=Direction.RISE, at_risk=0)
    judge(made, WEEK)
    return made


def judge(bank: Bank, week: int) -> None:
    bank.weeks({week: "closed"})
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=1))


def page(bank: Bank, after: LeftPlace | None, limit: int) -> list[AlertRow]:
    with bank.store.read() as tx:
        week = alert_search.newest_judged_week(tx) if after is None else after.as_of_week
        return alert_search.search_by_weeks_left(
            tx, WANTED, only_branch=None, after=after, limit=limit, as_of_week=week
        )


def clients(rows: list[AlertRow]) -> str:
    return "".join(row.message.client_id for row in rows)


def test_the_least_left_comes_first_then_those_over_then_the_unknown_and_rises(bank) -> None:
    rows = page(bank, None, 99)
    assert clients(rows) == "DEFCBAR"
    assert [row.weeks_left for row in rows] == [1, 16, 25, 0, 0, None, None]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_stay_in_one_order_while_a_week_is_judged(bank, limit) -> None:
    seen, after = "", None
    while rows := page(bank, after, limit):
        seen += clients(rows)
        after = rows[-1].left_place(WEEK)
        if len(seen) <= limit:
            judge(bank, WEEK + 1)
    assert seen == "DEFCBAR"
    assert clients(page(bank, None, 99)) == "EFDCBAR"  # of D nothing is left by then


def test_a_week_later_a_week_less_is_left(bank) -> None:
    judge(bank, WEEK + 1)
    assert [row.weeks_left for row in page(bank, None, 3)] == [15, 24, 0]


def test_by_rank_what_has_time_left_comes_first_and_rises_last(bank) -> None:
    with bank.store.read() as tx:
        rows = alert_search.search(tx, WANTED, only_branch=None, after=None, limit=99)
    assert clients(rows)[:3] == "AFE"  # of A all of its time counts as left
    assert set(clients(rows)[3:6]) == set("BCD")  # a tenth counts of what is over, or nearly
    assert clients(rows)[6:] == "R"
    ranks = {row.message.client_id: row.place.rank_minor for row in rows}
    assert (ranks["A"], ranks["E"], ranks["B"], ranks["R"]) == (100_000, round(100_000 * 16 / 26), 10_000, 0)
    assert {row.income_at_risk_minor for row in rows[:6]} == {100_000}
