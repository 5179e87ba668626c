"""The list of policies, and who has looked at which."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.policy_rules import Look
from schemas.weeks import Week
from store.policies import KeptPolicy, kept
from store.tables_policies import policy, policy_preview


class PolicyPlace(NamedTuple):
    """Where a policy stands in the list."""

    proposed_at: datetime
    version: str


def search(tx: Connection, *, after: PolicyPlace | None, limit: int) -> list[KeptPolicy]:
    """Up to `limit` policies, the newest first."""
    place = sa.tuple_(policy.c.proposed_at, policy.c.version)
    found = sa.select(policy).order_by(policy.c.proposed_at.desc(), policy.c.version.desc()).limit(limit)
    if after is not None:
        bound = (
            sa.literal(after.proposed_at, policy.c.proposed_at.type),
            sa.literal(after.version, policy.c.version.type),
        )
        found = found.where(place < sa.tuple_(*bound))
    return [kept(row) for row in tx.execute(found)]


def note_look(
    tx: Connection, version: str, look: Look, *, seen_by: str, last_week: Week, figures: dict[str, Any]
) -> None:
    """Keep that somebody saw these figures."""
    row = {
        "preview_id": look.preview_id,
        "version": version,
        "beside": look.beside,
        "last_week": last_week,
        "seen_by": seen_by,
        "seen_at": look.seen_at,
        "figures": figures,
    }
    tx.execute(sa.insert(policy_preview).values(row))


def find_look(tx: Connection, version: str, seen_by: str) -> Look | None:
    """The newest look of a person at a policy; None where they have not seen it."""
    columns = (policy_preview.c.preview_id, policy_preview.c.beside, policy_preview.c.seen_at)
    mine = (policy_preview.c.version == version, policy_preview.c.seen_by == seen_by)
    newest = policy_preview.c.seen_at.desc(), policy_preview.c.preview_id
    row = tx.execute(sa.select(*columns).where(*mine).order_by(*newest).limit(1)).one_or_none()
    return None if row is None else Look(*row)
