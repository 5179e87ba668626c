"""A sign-in through a provider is taken once, and in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from store.sign_in import sign_in_attempts
from store.sign_in.sign_in_attempts import Attempt

NOW = datetime(2026, 1, 13, 8, tzinfo=UTC)
SENT = Attempt("s" * 64, "nonce", "verifier", "/clients/C1", NOW + timedelta(minutes=10))


@pytest.fixture
def sent(store):
    """A store with one attempt."""
    with store.write() as tx:
        sign_in_attempts.add_attempt(tx, SENT)
    return store


def take(store, at: datetime = NOW) -> Attempt | None:
    return store.transact(lambda tx: sign_in_attempts.take_attempt(tx, SENT.state_hash, at))


def test_it_is_taken_once(sent) -> None:
    assert take(sent) == SENT
    assert take(sent) is None


def test_of_two_at_once_one_takes_it(sent) -> None:
    together = Barrier(4)

    def come_back(_: int) -> Attempt | None:
        together.wait(10)
        return take(sent)

    with ThreadPoolExecutor(4) as browsers:
        assert sorted(browsers.map(come_back, range(4)), key=str) == [SENT, None, None, None]


def test_after_its_time_it_is_neither_taken_nor_kept(sent) -> None:
    assert take(sent, SENT.expires_at) is None
    assert take(sent) is None


def test_what_nobody_came_back_from_is_forgotten(sent) -> None:
    with sent.write() as tx:
        assert sign_in_attempts.forget_expired(tx, SENT.expires_at - timedelta(seconds=1)) == 0
        assert sign_in_attempts.forget_expired(tx, SENT.expires_at) == 1
    assert take(sent) is None
