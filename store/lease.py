"""Leases: at most one process at a time does a thing, and the next one takes over when it stops renewing."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import lease


def is_free(tx: Connection, name: str, owner: str, now: datetime) -> bool:
    """Whether `acquire` is worth trying: a look that takes no lock."""
    held = tx.execute(sa.select(lease.c.owner, lease.c.expires_at).where(lease.c.name == name)).one_or_none()
    return held is None or held.owner == owner or held.expires_at <= now


def acquire(tx: Connection, name: str, owner: str, now: datetime, ttl: timedelta) -> bool:
    """Take or renew the lease until `now + ttl`. False while another owner's has not expired.

    Decided by one compare-and-set. The clocks of the processes must agree to well within `ttl`.
    """
    free = sa.or_(lease.c.owner == owner, lease.c.expires_at <= now)
    taken = tx.execute(
        sa.update(lease).where(lease.c.name == name, free).values(owner=owner, expires_at=now + ttl)
    ).rowcount
    return taken == 1 or _claim(tx, name, owner, now + ttl)


def renew(tx: Connection, name: str, owner: str, now: datetime, ttl: timedelta) -> bool:
    """Hold it longer. False where another owner has it by now; true where it expired and nobody took it."""
    renewed = sa.update(lease).where(lease.c.name == name, lease.c.owner == owner)
    return tx.execute(renewed.values(expires_at=now + ttl)).rowcount == 1


def release(tx: Connection, name: str, owner: str) -> None:
    """Give it back at once; nothing happens where another owner has it."""
    tx.execute(sa.delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def _claim(tx: Connection, name: str, owner: str, expires_at: datetime) -> bool:
    """Make the row where there is none. Two at once: one of them makes it."""
    absent = ~sa.exists().where(lease.c.name == name)
    row = sa.select(sa.literal(name), sa.literal(owner), sa.literal(expires_at, lease.c.expires_at.type)).where(
        absent
    )
    try:
        with tx.begin_nested():
            made = tx.execute(sa.insert(lease).from_select(["name", "owner", "expires_at"], row)).rowcount
    except sa.exc.IntegrityError:
        return False
    return made == 1
