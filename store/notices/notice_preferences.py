"""How people want to be told. An address is a secret: it leaves this module for the sender alone."""

from __future__ import annotations

from datetime import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.notices.quiet_hours import QuietHours
from casework.notices.recipients import Preference
from schemas.errors import NotFound, StaleRevision
from store.tables.notices import preference_table
from store.upsert import insert

_PLAIN = ("user", "role", "branch_id", "language", "address", "revision")


def get(tx: Connection, user: str) -> Preference:
    """One person's. Raises NotFound where they never said any."""
    found = find(tx, user)
    if found is None:
        raise NotFound("notice preference", user)
    return found


def find(tx: Connection, user: str, *, for_update: bool = False) -> Preference | None:
    """One person's, or None. `for_update`: nobody else changes it before the end."""
    query = sa.select(preference_table).where(preference_table.c.user == user)
    row = tx.execute(query.with_for_update() if for_update else query).one_or_none()
    return None if row is None else read_preference(row)


def load_all(tx: Connection) -> list[Preference]:
    """All who want to be told of anything, by name."""
    return [
        read_preference(row)
        for row in tx.execute(sa.select(preference_table).order_by(preference_table.c.user))
        if row.kinds
    ]


def save(tx: Connection, preference: Preference) -> None:
    """Keep a new one, at revision 1, or one that is one revision past what is stored. Raises StaleRevision."""
    row = _row(preference)
    if preference.revision == 1:
        fresh = insert(tx, preference_table).values(row).on_conflict_do_nothing().returning(preference_table.c.user)
        if tx.scalar(fresh) is None:
            raise StaleRevision(0, get(tx, preference.user).revision)
        return
    before = (preference_table.c.user == preference.user, preference_table.c.revision == preference.revision - 1)
    if not tx.execute(sa.update(preference_table).where(*before).values(row)).rowcount:
        raise StaleRevision(preference.revision - 1, get(tx, preference.user).revision)


def follow_role(tx: Connection, user: str, role: str, branch_id: str | None) -> None:
    """The person is known under this role and branch now: what they are told of follows. For a sign-in."""
    other = sa.or_(preference_table.c.role != role, preference_table.c.branch_id.is_distinct_from(branch_id))
    changed = sa.update(preference_table).where(preference_table.c.user == user, other)
    tx.execute(changed.values(role=role, branch_id=branch_id, revision=preference_table.c.revision + 1))


def read_preference(row: sa.Row[Any]) -> Preference:
    """A row with the table's columns."""
    quiet = None
    if row.quiet_from is not None:
        quiet = QuietHours(time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_until))
    return Preference(**{name: getattr(row, name) for name in _PLAIN}, kinds=frozenset(row.kinds), quiet=quiet)


def _row(preference: Preference) -> dict[str, Any]:
    quiet = preference.quiet
    return {
        **{name: getattr(preference, name) for name in _PLAIN},
        "kinds": sorted(preference.kinds),
        "quiet_from": quiet and quiet.starts.isoformat("minutes"),
        "quiet_until": quiet and quiet.ends.isoformat("minutes"),
    }
