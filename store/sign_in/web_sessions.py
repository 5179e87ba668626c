"""The desk's sessions: who signed in, on which device, until when. The cookie itself is nowhere in the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.sign_in import web_session

IDLE = timedelta(minutes=30)  # a desk that was left is closed before the next person sits down at it
SEEN_EVERY = timedelta(minutes=1)  # how exactly `seen_at` is kept: a page is a read, not a write


@dataclass(frozen=True, slots=True)
class Session:
    """One device's session. `token_hash` is `hash_token` of its cookie."""

    token_hash: str
    user: str
    role: str
    branch_id: str | None
    csrf: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


def hash_token(token: str) -> str:
    """What is kept of a token of 256 random bits: with so many, a plain hash cannot be guessed from."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_session(tx: Connection, session: Session, id_token: str | None = None) -> None:
    """Begin it; `id_token` is that of a provider's sign-in. A hash that is there already breaks the primary key."""
    row = {name: getattr(session, name) for name in _COLUMNS}
    tx.execute(web_session.insert().values(row | {"id_token": id_token}))


def find_session(tx: Connection, token_hash: str, at: datetime) -> Session | None:
    """The session, or None where there is none that still holds at `at`."""
    query = sa.select(*(web_session.c[name] for name in _COLUMNS)).where(
        web_session.c.token_hash == token_hash, web_session.c.expires_at > at, web_session.c.seen_at > at - IDLE
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Session(**row._mapping)


def save_seen(tx: Connection, token_hash: str, at: datetime) -> None:
    """Its person did something; never moves backwards, so that two requests may come in any order."""
    mine = web_session.c.token_hash == token_hash
    tx.execute(web_session.update().where(mine, web_session.c.seen_at < at).values(seen_at=at))


def end_session(tx: Connection, token_hash: str) -> str | None:
    """Sign out this device, if it was signed in; the ID token of its sign-in, where a provider gave one."""
    gone = web_session.delete().where(web_session.c.token_hash == token_hash)
    return tx.execute(gone.returning(web_session.c.id_token)).scalar_one_or_none()


def end_all_sessions(tx: Connection, user: str) -> int:
    """Sign out every device of the person; how many there were."""
    return tx.execute(web_session.delete().where(web_session.c.user == user)).rowcount


def forget_expired(tx: Connection, at: datetime) -> int:
    """Remove the sessions that no longer hold; how many there were."""
    gone = sa.or_(web_session.c.expires_at <= at, web_session.c.seen_at <= at - IDLE)
    return tx.execute(web_session.delete().where(gone)).rowcount


_COLUMNS = tuple(Session.__dataclass_fields__)
