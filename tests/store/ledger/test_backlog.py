"""What waits for the detector, and what for ingest or a person."""

from __future__ import annotations

from store.ledger import shard_weeks
from store.ledger.backlog import find_backlog
from store.unit_of_work import Store
from tests.store.checkpoints import AT, W, checkpoint, closed, held, keep
from tests.store.ledger.test_shard_weeks import judge


def backlog(store: Store) -> tuple[int, bool]:
    with store.read() as tx:
        found = find_backlog(tx)
    return found.weeks, found.oldest_closed_at == AT


def test_what_waits_for_the_detector_is_counted_and_what_waits_for_ingest_is_not(store: Store) -> None:
    assert backlog(store) == (0, False)
    weeks = (closed(W), held(W + 1), closed(W + 2))
    keep(store, checkpoint(0, 2, {("C1", W): 5}, weeks=weeks, next_to_close=W + 3))
    assert backlog(store) == (1, True)
    judge(store)
    assert backlog(store) == (0, False)
    with store.write() as tx:
        shard_weeks.release(tx, 0, W + 1, AT)
    assert backlog(store) == (2, True)
