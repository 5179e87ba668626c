"""The client master: records, placeholders for activity that came first, and homes."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.events import ClientRecord
from schemas.weeks import week_of_date
from store.clients import client_master
from store.clients.client_master import HomeTaken, Place
from store.tables.clients import client
from store.unit_of_work import Store
from tests.store.checkpoints import rows

C = client.c


def test_activity_before_the_master_makes_a_placeholder_that_the_record_fills(store: Store) -> None:
    with store.write() as tx:
        client_master.save_first_weeks(tx, 2, {"C1": 2900})
    assert rows(store, C.client_id, C.name, C.branch_id, C.tier, C.placeholder) == [
        ("C1", "C1", "unassigned", "C", True)
    ]
    with store.write() as tx:
        client_master.save_records(tx, [ClientRecord("C1", "Widgets 1", branch_id="B1", tier="A")])
    assert rows(store, C.name, C.branch_id, C.tier, C.placeholder, C.shard, C.first_week) == [
        ("Widgets 1", "B1", "A", False, 2, 2900)
    ]


def test_activity_after_the_master_leaves_the_record_as_it_is(store: Store) -> None:
    with store.write() as tx:
        client_master.save_records(tx, [ClientRecord("C1", "Widgets 1", branch_id="B1")])
        client_master.save_first_weeks(tx, 2, {"C1": 2900})
    assert rows(store, C.name, C.placeholder, C.shard) == [("Widgets 1", False, 2)]


def test_the_first_week_only_moves_back(store: Store) -> None:
    with store.write() as tx:
        for week in (2900, 2890, 2895):
            client_master.save_first_weeks(tx, 0, {"C1": week})
    assert rows(store, C.first_week) == [(2890,)]


def test_a_client_stays_with_the_shard_that_had_it_first(store: Store) -> None:
    with store.write() as tx:
        client_master.save_first_weeks(tx, 0, {"C1": 2900})
    with pytest.raises(HomeTaken), store.write() as tx:
        client_master.save_first_weeks(tx, 1, {"C1": 2800, "C2": 2800})
    assert rows(store, C.client_id, C.shard, C.first_week) == [("C1", 0, 2900)]


def test_closing_a_client_ends_its_zero_rows_with_that_week(store: Store) -> None:
    day = date(2026, 1, 7)
    with store.write() as tx:
        client_master.save_records(tx, [ClientRecord("C1", "Widgets 1", closed_on=day)])
        client_master.save_records(tx, [ClientRecord("C2", "old"), ClientRecord("C2", "new")])
    assert rows(store, C.client_id, C.name, C.last_week) == [
        ("C1", "Widgets 1", week_of_date(day)),
        ("C2", "new", None),
    ]


def test_a_tombstone_forgets_a_client_but_not_one_with_activity(store: Store) -> None:
    with store.write() as tx:
        client_master.save_records(
            tx, [ClientRecord("C1", "Widgets 1", branch_id="B1"), ClientRecord("C2", "Widgets 2")]
        )
        client_master.save_first_weeks(tx, 0, {"C1": 2900})
        client_master.forget_client(tx, "C1")
        client_master.forget_client(tx, "C2")
    assert rows(store, C.client_id, C.name, C.branch_id, C.placeholder, C.shard) == [
        ("C1", "Widgets 1", "B1", True, 0)
    ]


def test_places_are_found_for_any_number_of_ids(store: Store) -> None:
    ids = [f"C{n:04d}" for n in range(1201)]
    with store.write() as tx:
        client_master.save_first_weeks(tx, 4, dict.fromkeys(ids, 2900))
        client_master.save_records(tx, [ClientRecord("NEW", "Widgets", branch_id="B2")])
        found = client_master.load_places(tx, [*ids, "NEW", "UNKNOWN"])
        mine = client_master.load_of_shard(tx, 4)
    assert found == dict.fromkeys(ids, Place(4, "unassigned")) | {"NEW": Place(None, "B2")}
    assert mine.client_ids == ids
