"""Local accounts of the desk, and how often their password was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import Conflict, NotFound
from store.tables.sign_in import account
from store.upsert import insert

TRIES = 5  # wrong passwords before an account is locked
_FIRST_LOCK_MIN = 1
_LONGEST_LOCK_MIN = 60


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `failures` counts wrong passwords since the last right one, a try under way among them."""

    user: str
    password_hash: str
    role: str
    branch_id: str | None
    made_at: datetime
    disabled: bool = False
    failures: int = 0
    locked_until: datetime | None = None


def add_account(tx: Connection, made: Account) -> None:
    """Raises Conflict where the user has an account."""
    row = {name: getattr(made, name) for name in Account.__dataclass_fields__}
    if (
        tx.execute(insert(tx, account).values(row).on_conflict_do_nothing().returning(account.c.user)).first()
        is None
    ):
        raise Conflict(f"{made.user} has an account")


def load_all(tx: Connection) -> list[Account]:
    """All of them, by user."""
    return [Account(**row._mapping) for row in tx.execute(sa.select(account).order_by(account.c.user))]


def begin_try(tx: Connection, user: str, at: datetime) -> Account | None:
    """Count a try as wrong before its password is looked at: many at once are then no more tries than one by one.

    None where there is no account that may try: unknown, disabled, or locked.
    """
    row = tx.execute(sa.select(account).where(account.c.user == user).with_for_update()).one_or_none()
    if row is None:
        return None
    found = Account(**row._mapping)
    if found.disabled or (found.locked_until is not None and found.locked_until > at):
        return None
    failures = found.failures + 1
    locked_until = at + lock_after(failures) if failures >= TRIES else None
    change = account.update().where(account.c.user == user)
    tx.execute(change.values(failures=failures, locked_until=locked_until))
    return found


def save_success(tx: Connection, found: Account, password_hash: str) -> bool:
    """The password was right: forget the wrong ones, and keep `password_hash`, which may be a newer hash of it.

    False where the account was disabled or given another password in the meantime.
    """
    same = sa.and_(
        account.c.user == found.user, account.c.password_hash == found.password_hash, sa.not_(account.c.disabled)
    )
    kept = account.update().where(same).values(failures=0, locked_until=None, password_hash=password_hash)
    return tx.execute(kept).rowcount == 1


def set_password(tx: Connection, user: str, password_hash: str) -> None:
    """Also unlocks. Raises NotFound."""
    _change(tx, user, password_hash=password_hash, failures=0, locked_until=None)


def set_disabled(tx: Connection, user: str, *, disabled: bool) -> None:
    """Raises NotFound."""
    _change(tx, user, disabled=disabled)


def _change(tx: Connection, user: str, **columns: object) -> None:
    if tx.execute(account.update().where(account.c.user == user).values(columns)).rowcount == 0:
        raise NotFound("account", user)


def lock_after(failures: int) -> timedelta:
    """How long the account stays shut after so many wrong passwords: a minute, then twice as long each time."""
    doublings = min(failures - TRIES, 10)  # far beyond the longest lock
    return timedelta(minutes=min(_FIRST_LOCK_MIN * 2**doublings, _LONGEST_LOCK_MIN))
