"""What clients usually move in a year, as the ledger says."""

from __future__ import annotations

import sqlalchemy as sa

from store.policies.yearly_turnover import find_yearly_turnover
from store.tables.clients import client
from store.unit_of_work import Store
from tests.store.checkpoints import W, checkpoint, closed, keep

WEEKS = 26


def weekly(client_id: str, minor: int, every: int = 1) -> dict[tuple[str, int], int]:
    return {(client_id, W + at): minor if at % every == 0 else 0 for at in range(WEEKS)}


def fill(store: Store, weeks: int = WEEKS) -> None:
    movements = weekly("C1", 100) | weekly("C2", 300, every=4) | weekly("RARE", 10**9, every=10)
    movements |= {at: minor for at, minor in weekly("LATE", 100).items() if at[1] > W + 5} | weekly("GONE", 100)
    closed_weeks = tuple(closed(W + at) for at in range(weeks))
    keep(store, checkpoint(0, 3, movements, weeks=closed_weeks, next_to_close=W + weeks))
    with store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "GONE").values(last_week=W + 20))
        tx.execute(sa.update(client).where(client.c.client_id == "C2").values(tier="A"))


def test_half_a_year_counts_twice_and_who_is_new_gone_or_rarely_paid_does_not_count(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        found = find_yearly_turnover(tx, WEEKS, 52, 12)
    assert found is not None
    assert dict(zip(found.tiers, found.turnover_minor.tolist(), strict=True)) == {"C": 52 * 100, "A": 2 * 7 * 300}
    assert found.last_week == W + WEEKS - 1


def test_of_too_few_closed_weeks_nothing_is_said(store: Store) -> None:
    fill(store, WEEKS - 1)
    with store.read() as tx:
        assert find_yearly_turnover(tx, WEEKS, 52, 12) is None
