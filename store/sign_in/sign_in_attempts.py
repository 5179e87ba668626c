"""Sign-ins on their way through an identity provider. Each is taken once, and not after its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from store.tables.sign_in import sign_in_attempt


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was sent out with a `state`, of which only the hash is kept."""

    state_hash: str
    nonce: str
    code_verifier: str
    return_to: str
    expires_at: datetime


def add_attempt(tx: Connection, attempt: Attempt) -> None:
    """Keep it until it is taken or expires."""
    row = {name: getattr(attempt, name) for name in Attempt.__dataclass_fields__}
    tx.execute(sign_in_attempt.insert().values(row))


def take_attempt(tx: Connection, state_hash: str, at: datetime) -> Attempt | None:
    """The attempt, which is then gone; None where it was taken before, has expired, or never was."""
    gone = sign_in_attempt.delete().where(sign_in_attempt.c.state_hash == state_hash).returning(sign_in_attempt)
    row = tx.execute(gone).one_or_none()
    return None if row is None or row.expires_at <= at else Attempt(**row._mapping)


def forget_expired(tx: Connection, at: datetime) -> int:
    """Remove those that nobody came back from; how many there were."""
    return tx.execute(sign_in_attempt.delete().where(sign_in_attempt.c.expires_at <= at)).rowcount
