"""Offsets move by compare-and-set, and begin anew with a new incarnation of their topic."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import LostPartition
from store.ledger import event_filter, offsets
from store.unit_of_work import Store

TOPIC = "corebank.activity"


def advance(store: Store, topic_id: str, from_offset: int, next_offset: int) -> None:
    store.transact(lambda tx: offsets.advance(tx, TOPIC, topic_id, 3, from_offset, next_offset))


def stands(store: Store) -> dict[int, tuple[str, int]]:
    with store.read() as tx:
        return offsets.load_offsets(tx, TOPIC)


def test_offsets_advance_from_where_they_stand(store: Store) -> None:
    advance(store, "T1", 10, 12)  # the first checkpoint of a log whose beginning is gone already
    advance(store, "T1", 12, 15)
    assert stands(store) == {3: ("T1", 15)}


@pytest.mark.parametrize(("topic_id", "from_offset"), [("T1", 11), ("T2", 12)])
def test_another_offset_or_another_incarnation_is_a_lost_partition(
    store: Store, topic_id: str, from_offset: int
) -> None:
    advance(store, "T1", 10, 12)
    with pytest.raises(LostPartition):
        advance(store, topic_id, from_offset, 20)
    assert stands(store) == {3: ("T1", 12)}


def test_of_two_owners_at_once_exactly_one_advances(store: Store) -> None:
    advance(store, "T1", 0, 5)

    def attempt(next_offset: int) -> bool:
        try:
            advance(store, "T1", 5, next_offset)
        except LostPartition:
            return False
        return True

    with ThreadPoolExecutor(4) as owners:
        won = list(owners.map(attempt, [6, 7, 8, 9]))
    assert won.count(True) == 1
    assert stands(store) == {3: ("T1", 6 + won.index(True))}


def test_a_new_incarnation_begins_at_0_and_keeps_the_duplicate_filter(store: Store) -> None:
    for incarnation in ("T1", "T2", "T3"):
        with store.write() as tx:
            offsets.start_incarnation(tx, TOPIC, incarnation)
            for from_offset in (0, 1, 2):
                offsets.advance(tx, TOPIC, incarnation, 3, from_offset, from_offset + 1)
                event_filter.append_entries(
                    tx, 3, from_offset, {7: f"{incarnation}-{from_offset}".ljust(16).encode()}
                )
    with store.write() as tx:
        offsets.start_incarnation(tx, TOPIC, "T3")
        assert offsets.load_offsets(tx, TOPIC) == {3: ("T3", 3)}
        kept = [entries.decode().strip() for _, entries in event_filter.load_entries(tx, 3)]
    assert kept == [f"{incarnation}-{offset}" for incarnation in ("T1", "T2", "T3") for offset in (0, 1, 2)]
