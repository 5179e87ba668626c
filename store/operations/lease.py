"""Leases: at most one process at a time does a thing, and the next one takes over when it stops renewing."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.operations import lease


def is_free(tx: Connection, name: str, owner: str, now: datetime) -> bool:
    """Whether `acquire` is worth trying: a look that takes no lock."""
    held = tx.execute(sa.select(lease.c.owner, lease.c.expires_at).where(lease.c.name == name)).one_or_none()
    return held is None or held.owner == owner or held.expires_at <= now


def acquire(tx: Connection, name: str, owner: str, now: datetime, ttl: timedelta) -> bool:
    """Take or renew the lease until `now + ttl`. False while another owner's has not expired.

    Decided by a compare-and-set, and for the first owner by the primary key. The clocks of the processes must
    agree to well within `ttl`.
    """
    if not is_free(tx, name, owner, now):
        return False
    free = sa.or_(lease.c.owner == owner, lease.c.expires_at <= now)
    taken = sa.update(lease).where(lease.c.name == name, free).values(owner=owner, expires_at=now + ttl)
    if tx.execute(taken).rowcount == 1:
        return True
    try:
        with tx.begin_nested():
            tx.execute(sa.insert(lease).values(name=name, owner=owner, expires_at=now + ttl))
    except sa.exc.IntegrityError:
        return False  # another owner was quicker
    return True


def release(tx: Connection, name: str, owner: str) -> None:
    """Give it back at once; nothing happens where another owner has it."""
    tx.execute(sa.delete(lease).where(lease.c.name == name, lease.c.owner == owner))
