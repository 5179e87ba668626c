"""Sessions: found while they hold, gone afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from store.sign_in import web_sessions
from store.sign_in.web_sessions import IDLE, Session, hash_token

NOW = datetime(2026, 1, 13, 8, tzinfo=UTC)


def session(device: str = "one", **changes: object) -> Session:
    facts = {
        "user": "staff-17",
        "role": "branch_staff",
        "branch_id": "B1",
        "csrf": "c",
        "made_at": NOW,
        "seen_at": NOW,
    }
    return Session(
        **{"token_hash": hash_token(device), **facts, "expires_at": NOW + timedelta(hours=10), **changes}
    )


def add(store, *sessions: Session, id_token: str | None = None) -> None:
    with store.write() as tx:
        for each in sessions:
            web_sessions.add_session(tx, each, id_token)


def find(store, device: str = "one", at: datetime = NOW) -> Session | None:
    with store.read() as tx:
        return web_sessions.find_session(tx, hash_token(device), at)


def test_a_session_is_found_by_its_token_as_it_was_kept(store) -> None:
    add(store, session())
    assert find(store) == session()
    assert find(store, "another") is None


def test_the_token_itself_is_nowhere_in_the_database(store) -> None:
    add(store, session("a-secret-token"))
    with store.read() as tx:
        assert "a-secret-token" not in str(tx.execute(sa.text("SELECT * FROM web_session")).all())


def test_it_ends_at_its_hour_or_when_nobody_was_seen_for_long(store) -> None:
    add(store, session(seen_at=NOW + timedelta(hours=10)))
    assert find(store, at=NOW + timedelta(hours=10, seconds=-1)) is not None
    assert find(store, at=NOW + timedelta(hours=10)) is None
    add(store, session("idle"))
    assert find(store, "idle", NOW + IDLE - timedelta(seconds=1)) is not None
    assert find(store, "idle", NOW + IDLE) is None


def test_being_seen_never_moves_backwards(store) -> None:
    add(store, session())
    later = NOW + timedelta(minutes=5)
    with store.write() as tx:
        web_sessions.save_seen(tx, hash_token("one"), later)
        web_sessions.save_seen(tx, hash_token("one"), NOW)
    found = find(store, at=later)
    assert found is not None
    assert found.seen_at == later


def test_ending_gives_the_providers_token_once(store) -> None:
    add(store, session(), id_token="a.b.c")
    with store.write() as tx:
        assert web_sessions.end_session(tx, hash_token("one")) == "a.b.c"
        assert web_sessions.end_session(tx, hash_token("one")) is None
    assert find(store) is None


def test_all_devices_of_one_person_end_together(store) -> None:
    add(store, session("one"), session("two"), session("other", user="staff-4"))
    with store.write() as tx:
        assert web_sessions.end_all_sessions(tx, "staff-17") == 2
    assert find(store, "two") is None
    assert find(store, "other") is not None


def test_what_no_longer_holds_is_forgotten_and_nothing_else(store) -> None:
    late = NOW + timedelta(hours=1)
    add(store, session("over", expires_at=late, seen_at=late), session("left"), session("busy", seen_at=late))
    with store.write() as tx:
        assert web_sessions.forget_expired(tx, late) == 2
    assert find(store, "busy", late) is not None


def test_a_token_is_never_used_twice(store) -> None:
    add(store, session())
    with pytest.raises(sa.exc.IntegrityError):
        add(store, session(user="staff-4"))
