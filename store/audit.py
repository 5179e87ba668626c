"""Who changed what, when, and what it was before and after. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.operations import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `kind` and `key` name the thing; `before` and `after` are the fields that tell it, JSON."""

    at: datetime
    actor: str
    role: str
    action: str
    kind: str
    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with its number: later changes have higher ones."""

    audit_id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; None for any. Times are half-open: since <= at < until."""

    actor: str | None = None
    action: str | None = None
    kind: str | None = None
    key: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def record(tx: Connection, entry: Entry) -> None:
    """Add the row, in the transaction of the change it tells of."""
    record_all(tx, [entry])


def record_all(tx: Connection, entries: Sequence[Entry]) -> None:
    """Add a row for each, in their order."""
    if entries:
        rows = [{name: getattr(entry, name) for name in Entry.__dataclass_fields__} for entry in entries]
        tx.execute(audit.insert(), rows)


def search(tx: Connection, wanted: AuditFilter, *, before_id: int | None, limit: int) -> list[Recorded]:
    """Up to `limit` entries older than `before_id`, newest first."""
    query = sa.select(audit).order_by(audit.c.audit_id.desc()).limit(limit)
    for name in ("actor", "action", "kind", "key"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(audit.c[name] == value)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    if before_id is not None:
        query = query.where(audit.c.audit_id < before_id)
    return [_recorded(dict(found)) for found in tx.execute(query).mappings()]


def _recorded(found: dict[str, Any]) -> Recorded:
    return Recorded(found.pop("audit_id"), Entry(**found))
