"""Accounts: how many wrong passwords they stand, alone and all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from schemas.errors import Conflict, NotFound
from store.sign_in import accounts
from store.sign_in.accounts import TRIES, Account, lock_after

NOW = datetime(2026, 1, 13, 8, tzinfo=UTC)
MADE = Account("manager-b001", "hash", "branch_manager", "B001", NOW)


@pytest.fixture
def one(store):
    """A store with one account."""
    with store.write() as tx:
        accounts.add_account(tx, MADE)
    return store


def begin(store, at: datetime = NOW, user: str = MADE.user) -> Account | None:
    return store.transact(lambda tx: accounts.begin_try(tx, user, at))


def account(store) -> Account:
    with store.read() as tx:
        (found,) = accounts.load_all(tx)
    return found


def test_a_user_has_one_account(one) -> None:
    with one.write() as tx, pytest.raises(Conflict):
        accounts.add_account(tx, MADE)
    assert account(one) == MADE


def test_a_try_counts_as_wrong_until_it_was_right(one) -> None:
    found = begin(one)
    assert account(one).failures == 1
    with one.write() as tx:
        assert accounts.save_success(tx, found, "newer hash")
    assert (account(one).failures, account(one).password_hash) == (0, "newer hash")


def test_five_wrong_passwords_lock_for_a_minute_and_each_further_one_for_twice_as_long(one) -> None:
    assert all(begin(one) for _ in range(TRIES))
    assert begin(one) is None
    assert begin(one, NOW + timedelta(seconds=59)) is None
    assert begin(one, NOW + timedelta(minutes=1)) is not None
    assert begin(one, NOW + timedelta(minutes=2, seconds=59)) is None
    assert begin(one, NOW + timedelta(minutes=3)) is not None
    assert [lock_after(n) // timedelta(minutes=1) for n in range(5, 14)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert lock_after(10_000) == timedelta(hours=1)


def test_while_it_is_locked_no_further_try_counts(one) -> None:
    for _ in range(20):
        begin(one)
    assert account(one).failures == TRIES


def test_many_at_once_are_no_more_tries_than_one_by_one(one) -> None:
    together = Barrier(8)

    def guess(_: int) -> int:
        together.wait(10)
        return sum(begin(one) is not None for _ in range(5))

    with ThreadPoolExecutor(8) as guessers:
        assert sum(guessers.map(guess, range(8))) == TRIES


def test_the_right_password_unlocks_for_good(one) -> None:
    tried = [begin(one) for _ in range(TRIES)]
    with one.write() as tx:
        assert accounts.save_success(tx, tried[-1], MADE.password_hash)
    assert account(one) == MADE


def test_nobody_gets_in_with_a_password_that_was_changed_meanwhile(one) -> None:
    found = begin(one)
    with one.write() as tx:
        accounts.set_password(tx, MADE.user, "another")
        assert not accounts.save_success(tx, found, "hash")
    assert account(one).password_hash == "another"


def test_a_disabled_account_may_not_try_nor_succeed(one) -> None:
    found = begin(one)
    with one.write() as tx:
        accounts.set_disabled(tx, MADE.user, disabled=True)
        assert not accounts.save_success(tx, found, "hash")
    assert begin(one) is None
    with one.write() as tx:
        accounts.set_disabled(tx, MADE.user, disabled=False)
    assert begin(one) is not None


def test_a_new_password_unlocks(one) -> None:
    for _ in range(TRIES):
        begin(one)
    with one.write() as tx:
        accounts.set_password(tx, MADE.user, "another")
    assert begin(one) is not None


def test_whom_nobody_knows_can_be_neither_tried_nor_changed(store) -> None:
    assert begin(store, user="nobody") is None
    with store.write() as tx, pytest.raises(NotFound):
        accounts.set_password(tx, "nobody", "hash")
    with store.write() as tx, pytest.raises(NotFound):
        accounts.set_disabled(tx, "nobody", disabled=True)
