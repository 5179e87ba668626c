"""Handing weeks to the detector, and releasing held ones."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import Conflict, NotFound
from store.ledger import shard_weeks
from store.ledger.shard_weeks import Claim, HeldWeek
from store.tables.ledger import ledger as ledger_table
from store.tables.ledger import shard_week
from store.unit_of_work import Store
from tests.store.checkpoints import AT, W, checkpoint, closed, held, keep, rows

S = shard_week.c


def claimed(store: Store) -> Claim | None:
    with store.write() as tx:
        return shard_weeks.claim_week(tx)


def judge(store: Store) -> Claim | None:
    with store.write() as tx:
        claim = shard_weeks.claim_week(tx)
        if claim is not None:
            shard_weeks.mark_judged(tx, claim)
        return claim


def test_weeks_are_judged_in_order_and_once(store: Store) -> None:
    keep(store, checkpoint(0, 2, {("C1", W): 5}, weeks=(closed(W), closed(W + 1, 0)), next_to_close=W + 2))
    assert [judge(store) for _ in range(3)] == [Claim(0, W, 1, 0), Claim(0, W + 1, 1, 0), None]


def test_an_amended_week_and_those_after_it_are_judged_again(store: Store) -> None:
    keep(store, checkpoint(0, 2, {("C1", W): 5}, weeks=(closed(W), closed(W + 1, 0)), next_to_close=W + 2))
    judge(store), judge(store)
    keep(store, checkpoint(2, 3, {("C1", W): 5}, weeks=(closed(W, 2),), next_to_close=W + 2))
    assert [judge(store) for _ in range(3)] == [Claim(0, W, 2, 1), Claim(0, W + 1, 2, 1), None]


def test_a_week_amended_while_it_is_judged_comes_again(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}, weeks=(closed(W),), next_to_close=W + 1))
    claim = claimed(store)
    assert claim is not None
    keep(store, checkpoint(1, 2, {("C1", W): 5}, weeks=(closed(W, 2),), next_to_close=W + 1))
    with store.write() as tx:
        shard_weeks.mark_judged(tx, claim)
    assert claimed(store) == Claim(0, W, 2, 1)


@pytest.mark.parametrize("state", [held(W), closed(W)])
def test_nothing_behind_a_held_or_unjudged_week_is_handed_out(store: Store, state: object) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}, weeks=(state, closed(W + 1)), next_to_close=W + 2))
    claim = claimed(store)
    assert (claim and claim.week) in {None, W}


def test_two_detectors_never_hold_two_weeks_of_one_shard(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}, weeks=(closed(W), closed(W + 1)), next_to_close=W + 2))
    with ThreadPoolExecutor(1) as other:
        with store.write() as first:
            mine = shard_weeks.claim_week(first)
            assert mine == Claim(0, W, 1, 0)
            theirs = other.submit(claimed, store)
            time.sleep(0.1)
            shard_weeks.mark_judged(first, mine)
        # PostgreSQL passes over the locked week and finds no other; SQLite waits for the first detector to end.
        assert theirs.result() in {None, Claim(0, W + 1, 1, 0)}
    assert claimed(store) == Claim(0, W + 1, 1, 0)


def test_held_weeks_are_listed_with_their_reason(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}, weeks=(held(W), closed(W + 1)), next_to_close=W + 2))
    with store.read() as tx:
        assert shard_weeks.load_held(tx) == [HeldWeek(0, W, "short", 1, 2)]


def test_a_released_week_closes_with_zero_rows_and_is_judged(store: Store) -> None:
    keep(
        store, checkpoint(0, 2, {("C1", W): 5, ("C2", W + 1): 5}, weeks=(held(W), held(W + 1)), next_to_close=W + 2)
    )
    with store.write() as tx:
        shard_weeks.release(tx, 0, W + 1, AT)
        shard_weeks.release(tx, 0, W, AT)
    table = ledger_table.c
    assert rows(store, table.client_id, table.week, table.debit_minor) == [
        ("C1", W, 5),
        ("C1", W + 1, 0),
        ("C2", W + 1, 5),
    ]
    assert rows(store, S.week, S.state, S.closed_by) == [(W, "closed", "release"), (W + 1, "closed", "release")]
    assert claimed(store) == Claim(0, W, 1, 0)


def test_only_a_held_week_can_be_released(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}, weeks=(closed(W),), next_to_close=W + 1))
    with store.write() as tx:
        with pytest.raises(Conflict):
            shard_weeks.release(tx, 0, W, AT)
        with pytest.raises(NotFound):
            shard_weeks.release(tx, 0, W + 5, AT)


def test_a_checkpoint_that_still_thinks_a_released_week_held_amends_it(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}, weeks=(held(W),), next_to_close=W + 1))
    with store.write() as tx:
        shard_weeks.release(tx, 0, W, AT)
    keep(store, checkpoint(1, 2, {("C1", W): 6}, weeks=(held(W, 2, 3),), next_to_close=W + 1))
    assert rows(store, S.week, S.state, S.closed_by, S.received, S.revision) == [(W, "closed", "release", 2, 2)]
