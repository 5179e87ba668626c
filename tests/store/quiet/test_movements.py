"""What groups did as one: kept by shard-week, told over all shards."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from detector.groups import BANK, Group, Movement
from schemas.verdicts import Baseline, Common, Direction, Grade, GroupKind, Series, Verdict
from schemas.weeks import Week
from store.quiet import movements
from store.quiet.movements import MovementFilter
from store.tables.ledger import shard_week
from store.unit_of_work import Store

B1, B2 = Group(GroupKind.BRANCH, "B1"), Group(GroupKind.BRANCH, "B2")
W = 2900


def moved(group: Group, week: int = W, size: float = -60.0, clients: int = 20) -> Movement:
    return Movement(group, Week(week), Baseline.WEEK_VS_RECENT, Series.TURNOVER, size, clients, clients - 2)


def slow(group: Group, week: int = W) -> Movement:
    return Movement(group, Week(week), Baseline.QUARTER_VS_YEAR, Series.TURNOVER, -25.0, 30, 25)


def explained(client_id: str, group: Group, week: int = W) -> Verdict:
    common = Common(group.kind, group.name, 0.0, 1)
    return Verdict(client_id, Week(week), Direction.FALL, Grade.NONE, (), 0, "p-1", 1, common)


def kept(store: Store, shard: int, week: int, found: list[Movement], verdicts: list[Verdict] | None = None) -> None:
    store.transact(lambda tx: movements.save_movements(tx, shard, week, found, verdicts or []))


def listed(store: Store, only_branch: str | None = None, limit: int = 50, **wanted: object) -> list[tuple]:
    with store.read() as tx:
        rows = movements.search(tx, MovementFilter(**wanted), only_branch=only_branch, after=None, limit=limit)
    return [(row.name, row.week, row.clients, row.concerned) for row in rows]


def test_a_group_of_several_shards_is_told_as_one(store: Store) -> None:
    kept(store, 0, W, [moved(B1, size=-50.0, clients=10)], [explained("C1", B1)])
    kept(store, 1, W, [moved(B1, size=-80.0, clients=30)], [explained("C2", B1), explained("C3", B1)])
    with store.read() as tx:
        (row,) = movements.search(tx, MovementFilter(), only_branch=None, after=None, limit=9)
    assert (row.clients, row.moved, row.concerned, row.quiet) == (40, 36, 3, True)
    assert row.size_pct == pytest.approx(-72.5)


def test_a_week_judged_again_takes_the_place_of_what_it_found(store: Store) -> None:
    kept(store, 0, W, [moved(B1), moved(BANK)], [explained("C1", B1)])
    kept(store, 0, W, [slow(B2)], [explained("C1", B2)])
    assert listed(store) == [("B2", W, 30, 1)]
    with store.read() as tx:
        (verdict,) = movements.load_explained(tx, "C1", W)
    assert verdict == explained("C1", B2)


def test_quiet_weeks_are_those_before_within_reach_of_a_comparison(store: Store) -> None:
    for week in (W - 200, W - 3, W):
        kept(store, 0, week, [moved(B1, week), slow(B2, week)])
    kept(store, 1, W - 3, [moved(BANK, W - 3)])
    with store.read() as tx:
        assert movements.load_quiet_weeks(tx, 0, W) == {W - 3: frozenset({B1})}


def test_the_list_is_newest_first_and_goes_on_where_it_stopped(store: Store) -> None:
    for week in range(W, W + 3):
        kept(store, 0, week, [moved(BANK, week), moved(B1, week), moved(B2, week)])
    whole = listed(store)
    assert [week for _, week, *_ in whole] == sorted((week for _, week, *_ in whole), reverse=True)
    walked, after = [], None
    while True:
        with store.read() as tx:
            page = movements.search(tx, MovementFilter(), only_branch=None, after=after, limit=2)
        if not page:
            break
        walked += [(row.name, row.week, row.clients, row.concerned) for row in page]
        after = page[-1].place
    assert walked == whole


def test_filters_and_what_a_branch_may_see(store: Store) -> None:
    kept(store, 0, W, [moved(BANK), moved(B1), moved(B2)])
    kept(store, 0, W + 1, [moved(B2, W + 1)])
    assert {name for name, *_ in listed(store, only_branch="B1")} == {"B1", "bank"}
    assert [week for _, week, *_ in listed(store, name="B2", since=W + 1)] == [W + 1]
    assert [name for name, *_ in listed(store, kind=GroupKind.BANK)] == ["bank"]


def test_a_movement_has_begun_in_the_first_of_its_weeks_that_follow_each_other(store: Store) -> None:
    for week in (W, W + 1, W + 3):
        kept(store, 0, week, [moved(B1, week), moved(B2, week)], [explained(f"C{week}", B1, week)])
    with store.read() as tx:
        found = movements.load_begun(tx, GroupKind.BRANCH, W + 1)
    assert [(row.name, row.week) for row in found] == [("B1", W + 3)]  # of B2 nobody is concerned


def test_a_movement_in_a_week_of_history_is_no_news(store: Store) -> None:
    week = {"shard": 0, "state": "closed", "received": 1, "revision": 1, "judged_revision": 1}
    with store.write() as tx:
        rows = [week | {"week": at, "history": past} for at, past in ((W, True), (W + 2, False))]
        tx.execute(sa.insert(shard_week), rows)
    for at in (W, W + 2):
        kept(store, 0, at, [moved(B1, at)], [explained(f"C{at}", B1, at)])
    with store.read() as tx:
        assert [row.week for row in movements.load_begun(tx, GroupKind.BRANCH, W)] == [W + 2]
