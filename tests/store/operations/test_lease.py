"""At most one owner at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from store.operations import lease

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
TTL = timedelta(seconds=60)


def acquire(store, owner: str, now: datetime = NOW) -> bool:
    return store.transact(lambda tx: lease.acquire(tx, "relay", owner, now, TTL))


def test_the_first_has_it_and_the_second_has_not(store) -> None:
    assert acquire(store, "one")
    assert not acquire(store, "two")
    with store.read() as tx:
        assert lease.is_free(tx, "relay", "one", NOW)
        assert not lease.is_free(tx, "relay", "two", NOW)
        assert lease.is_free(tx, "relay", "two", NOW + TTL)
        assert lease.is_free(tx, "another", "two", NOW)


def test_the_owner_holds_it_longer_by_acquiring_it_again(store) -> None:
    assert acquire(store, "one")
    assert acquire(store, "one", NOW + TTL / 2)
    assert not acquire(store, "two", NOW + TTL)
    assert acquire(store, "two", NOW + TTL * 1.5)
    assert not acquire(store, "one", NOW + TTL * 1.5)


def test_only_the_owner_can_release(store) -> None:
    acquire(store, "one")
    with store.write() as tx:
        lease.release(tx, "relay", "two")
    assert not acquire(store, "two")
    with store.write() as tx:
        lease.release(tx, "relay", "one")
    assert acquire(store, "two")


def test_of_many_at_once_exactly_one_gets_it(store) -> None:
    together = Barrier(4)

    def try_it(owner: str) -> bool:
        together.wait(10)
        return acquire(store, owner)

    with ThreadPoolExecutor(4) as owners:
        assert sum(owners.map(try_it, ["one", "two", "three", "four"])) == 1
