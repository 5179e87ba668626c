"""Policies: what each says, which is in force from when, and who has seen what one would do.

Policies and applications are added, never changed. See docs/decisions/0022-policies.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from detector.policies.own_scale import is_of_same_presets
from detector.policies.policy import Policy, dump_policy, load_policy
from schemas.errors import NotFound
from schemas.weeks import Week
from store.tables.ledger import shard_week
from store.tables.policies import policy, policy_application
from store.upsert import insert

_LOCK = 20262  # beside the one of store.schema
_APPLIED = ("version", "from_week", "applied_by", "applied_at", "preview_id")


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A policy as it stands at `revision`. `proposed_by` None: it came with the settings."""

    policy: Policy
    version: str
    revision: int
    note: str | None
    proposed_by: str | None
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """From `from_week` on, `version` judges, until a later application. `applied_by` None: the settings did."""

    version: str
    from_week: Week
    applied_by: str | None
    applied_at: datetime
    preview_id: str | None = None


def ensure_base_policy(tx: Connection, base: Policy, at: datetime) -> None:
    """Note the policy of the settings as the one in force, unless a person has applied one, or it is on the bank's
    own scale already.
    """
    lock_applications(tx)
    if is_applied_by_person(tx):
        return
    newest = find_newest(tx)
    if newest is not None and (newest.version == base.version or is_of_same_presets(newest, base)):
        return
    apply_from_settings(tx, base, at)


def is_applied_by_person(tx: Connection) -> bool:
    """Whether a person has ever applied a policy: from then on the settings have no say."""
    by_person = sa.select(policy_application.c.place).where(policy_application.c.applied_by.is_not(None)).limit(1)
    return tx.scalar(by_person) is not None


def apply_from_settings(tx: Connection, base: Policy, at: datetime, note: str | None = None) -> Application:
    """Keep a policy that nobody proposed, and judge by it from the next week on; after `lock_applications`."""
    add_policy(tx, base, proposed_by=None, at=at, note=note)
    from_week = Week(0) if find_newest_application(tx) is None else get_next_week(tx)
    applied = Application(base.version, from_week, None, at)
    add_application(tx, applied)
    return applied


def add_policy(
    tx: Connection, proposed: Policy, *, proposed_by: str | None, at: datetime, note: str | None = None
) -> bool:
    """Keep a policy. False where the very same is there already: it stays whoever's it was."""
    row = {
        "version": proposed.version,
        "name": proposed.name,
        "body": dump_policy(proposed).decode(),
        "revision": 1,
        "note": note,
        "proposed_by": proposed_by,
        "proposed_at": at,
    }
    new = insert(tx, policy).values(row).on_conflict_do_nothing().returning(policy.c.version)
    return tx.scalar(new) is not None


def add_application(tx: Connection, application: Application) -> None:
    """Keep an application; after `lock_applications` in the same transaction."""
    tx.execute(sa.insert(policy_application).values({name: getattr(application, name) for name in _APPLIED}))
    mine = policy.c.version == application.version
    tx.execute(sa.update(policy).where(mine).values(revision=policy.c.revision + 1))


def get(tx: Connection, version: str) -> StoredPolicy:
    """One policy. Raises NotFound."""
    row = tx.execute(sa.select(policy).where(policy.c.version == version)).one_or_none()
    if row is None:
        raise NotFound("policy", version)
    return read_stored_policy(row)


def find_for_week(tx: Connection, week: int) -> Policy | None:
    """The policy that judges a week, whenever it is judged; None before any was noted. Locks out applications until
    the end of a transaction that writes, so that no week is judged by one that no longer holds.
    """
    if tx.dialect.name == "postgresql" and tx.get_execution_options().get("ebbwatch_write"):
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")
    return _find_last_applied(tx, policy_application.c.from_week <= week)


def find_newest(tx: Connection) -> Policy | None:
    """The policy that was applied last, which may be for a week to come; None before any was noted."""
    return _find_last_applied(tx)


def _find_last_applied(tx: Connection, *conditions: sa.ColumnElement[bool]) -> Policy | None:
    found = (
        sa.select(policy.c.body)
        .join(policy_application, policy_application.c.version == policy.c.version)
        .where(*conditions)
        .order_by(policy_application.c.place.desc())
        .limit(1)
    )
    body = tx.scalar(found)
    return None if body is None else load_policy(body)


def find_newest_application(tx: Connection) -> Application | None:
    """The last one, which may be for a week to come."""
    row = tx.execute(_applications().order_by(policy_application.c.place.desc()).limit(1)).one_or_none()
    return None if row is None else _application(row)


def load_applications(tx: Connection, version: str) -> list[Application]:
    """When a version came into force, the newest first."""
    mine = _applications().where(policy_application.c.version == version)
    return [_application(row) for row in tx.execute(mine.order_by(policy_application.c.place.desc()))]


def lock_applications(tx: Connection) -> None:
    """Wait for those who are judging or applying, and keep others waiting until the end of this transaction."""
    if tx.dialect.name == "postgresql":  # SQLite has one writer at a time
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def get_next_week(tx: Connection) -> Week:
    """The first week that no shard has been judged for; 0 where none has been judged."""
    judged = sa.select(sa.func.max(shard_week.c.week)).where(shard_week.c.judged_revision > 0)
    newest = tx.scalar(judged)
    return Week(0 if newest is None else newest + 1)


def read_stored_policy(row: sa.Row[Any]) -> StoredPolicy:
    """A row of the table `policy`."""
    return StoredPolicy(
        policy=load_policy(row.body),
        version=row.version,
        revision=row.revision,
        note=row.note,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
    )


def _applications() -> sa.Select[Any]:
    return sa.select(*(policy_application.c[name] for name in _APPLIED))


def _application(row: sa.Row[Any]) -> Application:
    return Application(**{name: getattr(row, name) for name in _APPLIED})
