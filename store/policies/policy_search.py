"""The list of policies, and who has seen what which would have done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.policies.rules import SeenPreview
from schemas.weeks import Week
from store.list_order import behind
from store.policies.policy_versions import StoredPolicy, read_stored_policy
from store.tables.alerts import alert, alert_opening
from store.tables.policies import policy, policy_preview


class PolicyPlace(NamedTuple):
    """Where a policy stands in the list."""

    proposed_at: datetime
    version: str


def search(tx: Connection, *, after: PolicyPlace | None, limit: int) -> list[StoredPolicy]:
    """Up to `limit` policies, the newest first."""
    order = (policy.c.proposed_at.desc(), policy.c.version.desc())
    found = sa.select(policy).where(*behind(order, after)).order_by(*order).limit(limit)
    return [read_stored_policy(row) for row in tx.execute(found)]


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """Alerts that a policy opened, those that people closed, and those of them that were false alarms."""

    opened: int
    closed_by_people: int
    false_alarms: int


def load_record(tx: Connection, version: str) -> PolicyRecord:
    """How a policy has done so far."""
    closed = sa.case((sa.and_(alert.c.state == "closed", alert.c.touched), 1), else_=0)
    false = sa.case((sa.and_(alert.c.state == "closed", alert.c.outcome == "false_alarm"), 1), else_=0)
    counts = (sa.func.count(), sa.func.coalesce(sa.func.sum(closed), 0), sa.func.coalesce(sa.func.sum(false), 0))
    opened = sa.select(*counts).join_from(alert_opening, alert, alert.c.alert_id == alert_opening.c.alert_id)
    return PolicyRecord(*map(int, tx.execute(opened.where(alert_opening.c.policy_version == version)).one()))


def save_seen_preview(
    tx: Connection, version: str, seen: SeenPreview, *, seen_by: str, last_week: Week, figures: dict[str, Any]
) -> None:
    """Save that somebody saw these figures."""
    row = {
        "preview_id": seen.preview_id,
        "version": version,
        "beside": seen.beside,
        "last_week": last_week,
        "seen_by": seen_by,
        "seen_at": seen.seen_at,
        "figures": figures,
    }
    tx.execute(sa.insert(policy_preview).values(row))


def find_seen_preview(tx: Connection, version: str, seen_by: str) -> SeenPreview | None:
    """When a person last saw what a policy would do; None where they never did."""
    columns = (policy_preview.c.preview_id, policy_preview.c.beside, policy_preview.c.seen_at)
    mine = (policy_preview.c.version == version, policy_preview.c.seen_by == seen_by)
    newest = policy_preview.c.seen_at.desc(), policy_preview.c.preview_id
    row = tx.execute(sa.select(*columns).where(*mine).order_by(*newest).limit(1)).one_or_none()
    return None if row is None else SeenPreview(*row)
