"""A client beside its like: same branch, tier and industry, the last quarter against the year before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.clients import peers
from store.tables.clients import client
from store.tables.ledger import ledger, shard_week
from store.unit_of_work import Store

WEEK = 2900


def _client(store: Store, client_id: str, *, quarter: int = 100, year: int = 100, weeks: int = 65, **facts) -> None:
    """Moves `year` a week, and `quarter` a week in the last 13; half of each way."""
    row = {"name": client_id, "kind": "company", "branch_id": "B1", "tier": "B", "industry": "Retail", "shard": 0}
    row |= {"placeholder": False, "first_week": WEEK - weeks + 1, "client_id": client_id}
    zeros = {"client_id": client_id, "shard": 0, "debit_count": 1, "credit_count": 1, "revision": 1}
    rows = []
    for ago in range(weeks):
        half = (quarter if ago < 13 else year) // 2
        rows.append(zeros | {"week": WEEK - ago, "debit_minor": half, "credit_minor": half})
    with store.write() as tx:
        tx.execute(client.insert().values(row | facts))
        tx.execute(ledger.insert(), rows)


@pytest.fixture
def closed(store: Store) -> Store:
    row = {"shard": 0, "received": 1, "revision": 1, "judged_revision": 0}
    states = {WEEK - 1: "closed", WEEK: "closed", WEEK + 1: "open"}
    with store.write() as tx:
        tx.execute(shard_week.insert(), [row | {"week": week, "state": state} for week, state in states.items()])
    return store


def test_volumes_are_those_of_the_comparison(closed: Store) -> None:
    _client(closed, "C1", quarter=60)
    _client(closed, "C2", quarter=120)
    with closed.read() as tx:
        found = peers.find_peers(tx, "C1")
    assert found == peers.Peers(
        WEEK, peers.PeerVolume("C1", 60 * 13, 100 * 52), (peers.PeerVolume("C2", 120 * 13, 100 * 52),)
    )


@pytest.mark.parametrize(
    "unlike",
    [{"branch_id": "B2"}, {"tier": "A"}, {"industry": "Shipping"}, {"industry": None}, {"weeks": 64}],
)
def test_others_are_no_peers(closed: Store, unlike: dict[str, object]) -> None:
    _client(closed, "C1")
    _client(closed, "C2", **unlike)
    with closed.read() as tx:
        found = peers.find_peers(tx, "C1")
    assert found is not None
    assert found.others == ()


def test_a_client_with_too_little_history_has_peers_and_no_change_of_its_own(closed: Store) -> None:
    _client(closed, "C1", weeks=20)
    _client(closed, "C2")
    with closed.read() as tx:
        found = peers.find_peers(tx, "C1")
    assert found is not None
    assert found.own is None
    assert [other.client_id for other in found.others] == ["C2"]


def test_without_an_industry_there_is_nobody_to_compare_with(closed: Store) -> None:
    _client(closed, "C1", industry=None)
    with closed.read() as tx:
        assert peers.find_peers(tx, "C1") is None
        assert peers.find_peers(tx, "nobody") is None


def test_any_number_of_peers_is_read_in_one_statement(closed: Store) -> None:
    for number in range(12):
        _client(closed, f"C{number:02d}")
    said: list[str] = []
    sa.event.listen(closed.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
    with closed.read() as tx:
        found = peers.find_peers(tx, "C00")
    assert found is not None
    assert len(found.others) == 11
    assert len([statement for statement in said if "ledger" in statement]) == 1
