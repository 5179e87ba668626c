"""Weeks as they stood before they were amended: amounts, and how many payments they were."""

from __future__ import annotations

from store.ledger import past_amounts
from store.unit_of_work import Store
from tests.store.checkpoints import W, checkpoint, closed, keep


def test_amounts_and_payments_are_those_of_before_the_amendment(store: Store) -> None:
    keep(
        store,
        checkpoint(0, 2, {("C2", W): 5, ("C1", W): 6}, weeks=(closed(W),), next_to_close=W + 1),
        checkpoint(2, 3, {("C1", W): 7}, next_to_close=W + 1),
    )
    with store.read() as tx:
        then, now = (past_amounts.load_amounts(tx, "C1", W - 1, W, amendments) for amendments in (0, None))
        of_shard = past_amounts.load_shard_amounts(tx, 0, ["C1", "C2"], W, W, 0)
    assert then[:, 0].tolist() == [[0, 6], [0, 0], [0, 1]]
    assert now[:, 0].tolist() == [[0, 13], [0, 0], [0, 2]]
    assert of_shard[:, :, 0].tolist() == [[6, 5], [0, 0], [1, 1]]
