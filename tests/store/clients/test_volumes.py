"""Turnover of many clients at once: what is final is known, what is open, held or never seen is not."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
import sqlalchemy as sa

from store.clients import volumes
from store.tables.clients import client
from store.tables.ledger import ledger, shard
from store.unit_of_work import Store
from tests.store.checkpoints import AT, W, checkpoint, closed, held, keep

MOST = 2**63 - 1


def load(store: Store, *client_ids: str, first: int = W, end: int = W + 4) -> volumes.Volumes:
    with store.read() as tx:
        return volumes.load_volumes(tx, client_ids, first, end)


def three_closed_weeks(store: Store) -> None:
    """C1 from W, C2 from W+1, silent in W+2; W+3 is open."""
    changes = {("C1", W): 5, ("C1", W + 1): 7, ("C2", W + 1): 11, ("C1", W + 3): 13}
    weeks = (closed(W), closed(W + 1), closed(W + 2))
    keep(store, checkpoint(0, 4, changes, weeks=weeks, next_to_close=W + 3))


def test_closed_weeks_are_known_zeros_among_them_and_the_open_one_is_not(store: Store) -> None:
    three_closed_weeks(store)
    found = load(store, "C1")
    assert found.turnover_minor[0, :3].tolist() == [5, 7, 0]
    assert found.known[0].tolist() == [True, True, True, False]


def test_clients_come_in_the_order_asked_for_and_once(store: Store) -> None:
    three_closed_weeks(store)
    found = load(store, "C2", "C1", "C2")
    assert found.client_ids == ("C2", "C1")
    assert found.turnover_minor[:, :3].tolist() == [[0, 11, 0], [5, 7, 0]]


def test_weeks_before_the_first_are_known_to_be_zero_and_told_from_silence(store: Store) -> None:
    three_closed_weeks(store)
    found = load(store, "C2", "C1", first=W - 2)
    assert found.known.tolist() == [[True] * 5 + [False]] * 2
    assert found.began.tolist() == [3, 2]


def test_a_held_week_is_not_known_and_those_behind_it_are(store: Store) -> None:
    changes = {("C1", W): 5, ("C1", W + 1): 7, ("C1", W + 2): 9}
    keep(store, checkpoint(0, 3, changes, weeks=(closed(W), held(W + 1), closed(W + 2)), next_to_close=W + 3))
    assert load(store, "C1").known[0].tolist() == [True, False, True, False]


def test_a_client_that_left_is_known_to_be_silent(store: Store) -> None:
    three_closed_weeks(store)
    with store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(last_week=W))
        tx.execute(sa.delete(ledger).where(ledger.c.client_id == "C1", ledger.c.week > W))
    found = load(store, "C1")
    assert (found.turnover_minor[0, :3].tolist(), found.known[0, :3].all()) == ([5, 0, 0], True)


def test_of_who_was_never_active_nothing_is_known(store: Store) -> None:
    three_closed_weeks(store)
    with store.write() as tx:
        row = {"client_id": "C9", "name": "C9", "kind": "company", "branch_id": "B1", "tier": "A"}
        tx.execute(sa.insert(client).values(row | {"placeholder": False}))
    found = load(store, "C9", "nobody")
    assert not found.known.any()
    assert found.began.tolist() == [4, 4]


@pytest.mark.parametrize(("ids", "end"), [((), W + 4), (("C1",), W)])
def test_nothing_asked_for_is_nothing(store: Store, ids: tuple[str, ...], end: int) -> None:
    three_closed_weeks(store)
    found = load(store, *ids, end=end)
    assert found.turnover_minor.shape == found.known.shape == (len(ids), end - W)


def test_both_directions_count_and_too_much_stands_at_the_most(store: Store) -> None:
    three_closed_weeks(store)
    with store.write() as tx:
        mine = sa.update(ledger).where(ledger.c.client_id == "C1")
        tx.execute(mine.where(ledger.c.week == W).values(credit_minor=20))
        tx.execute(mine.where(ledger.c.week == W + 1).values(debit_minor=MOST, credit_minor=MOST))
        tx.execute(mine.where(ledger.c.week == W + 2).values(debit_minor=-3, credit_minor=-4))
    assert load(store, "C1").turnover_minor[0, :3].tolist() == [25, MOST, -7]


def test_thousands_of_clients_take_a_moment(store: Store) -> None:
    ids = [f"C{i:05d}" for i in range(2000)]
    amounts = np.random.default_rng(1).integers(0, 10**9, (len(ids), 65))
    with store.write() as tx:
        facts = {"name": "-", "kind": "company", "branch_id": "B1", "tier": "A", "placeholder": False, "shard": 0}
        tx.execute(sa.insert(client), [facts | {"client_id": i, "first_week": W} for i in ids])
        counted = {"shard": 0, "credit_minor": 1, "debit_count": 1, "credit_count": 1, "revision": 1}
        for at in range(65):
            debits = amounts[:, at].tolist()
            rows = [{"client_id": i, "week": W + at, "debit_minor": d} for i, d in zip(ids, debits, strict=True)]
            tx.execute(sa.insert(ledger), [counted | row for row in rows])
        tx.execute(sa.insert(shard).values(_shard(W + 65)))
    began = perf_counter()
    found = load(store, *ids, end=W + 65)
    took_s = perf_counter() - began
    assert np.array_equal(found.turnover_minor, amounts + 1)
    assert found.known.all()
    assert took_s < 2, f"{took_s:.1f} s"


def _shard(next_to_close: int) -> dict[str, object]:
    zeros = dict.fromkeys(("amendments", "accepted", "duplicates", "late", "dead_letters"), 0)
    return zeros | {"shard": 0, "next_to_close": next_to_close, "newest_events_s": b"", "advanced_at": AT}
