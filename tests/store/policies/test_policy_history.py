"""What a policy is replayed on is what the ledger says."""

from __future__ import annotations

import sqlalchemy as sa

from detector.replay import NO_END
from schemas.weeks import Week
from store.policies import policy_history
from store.tables.clients import client
from store.tables.ledger import shard_week
from store.unit_of_work import Store
from tests.store.checkpoints import W, checkpoint, closed, keep


def judged(store: Store, shard: int, week: int) -> None:
    with store.write() as tx:
        mine = (shard_week.c.shard == shard, shard_week.c.week <= week)
        tx.execute(sa.update(shard_week).where(*mine).values(judged_revision=1))


def test_all_clients_of_all_shards_are_read_with_zeros_where_they_were_silent(store: Store) -> None:
    weeks = tuple(closed(W + at) for at in range(3))
    keep(store, checkpoint(0, 3, {("C1", W): 5, ("C2", W + 1): 7, ("C3", W): 9}, weeks=weeks, next_to_close=W + 3))
    with store.write() as tx:
        tx.execute(client.update().where(client.c.client_id == "C3").values(last_week=W + 1, branch_id="B1"))
        tx.execute(client.update().where(client.c.client_id == "C1").values(branch_id="B2"))
        bank = policy_history.load_bank(tx, Week(W + 2), 4, 2)
    assert bank.history.client_ids == ["C1", "C2", "C3"]
    assert bank.history.debit_minor.tolist() == [[0, 5, 0, 0], [0, 0, 7, 0], [0, 9, 0, 0]]
    assert bank.history.first_week.tolist() == [W, W + 1, W]
    assert bank.history.end_week.tolist() == [NO_END, NO_END, W + 1]
    assert [bank.branches[at] for at in bank.branch] == ["B2", "unassigned", "B1"]
    assert bank.oldest_week == W


def test_clients_closed_before_the_weeks_asked_for_are_left_out(store: Store) -> None:
    weeks = tuple(closed(W + at) for at in range(3))
    keep(store, checkpoint(0, 3, {("C1", W): 5, ("C2", W): 5}, weeks=weeks, next_to_close=W + 3))
    with store.write() as tx:
        tx.execute(client.update().where(client.c.client_id == "C2").values(last_week=W))
        assert policy_history.load_bank(tx, Week(W + 2), 2, 1).history.client_ids == ["C1"]


def test_the_last_week_is_one_that_every_shard_has_been_judged_for(store: Store) -> None:
    with store.read() as tx:
        assert policy_history.find_last_judged_week(tx) is None
    rows = [
        {"shard": s, "week": W + w, "state": "closed", "received": 1, "revision": 1, "judged_revision": 0}
        for s in (0, 1)
        for w in range(3)
    ]
    with store.write() as tx:
        tx.execute(sa.insert(shard_week), rows)
    judged(store, 0, W + 2)
    judged(store, 1, W + 1)
    with store.read() as tx:
        assert policy_history.find_last_judged_week(tx) == W + 1


def test_an_empty_bank_is_no_error(store: Store) -> None:
    with store.read() as tx:
        bank = policy_history.load_bank(tx, Week(W), 4, 2)
    assert bank.history.debit_minor.shape == (0, 4)
