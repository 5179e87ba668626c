"""Calendar entries: those that hold in a week, the list, and what people add and take back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.quiet.calendar import Entry
from schemas.errors import NotFound
from schemas.keyset import Int32, Key
from schemas.weeks import Week
from store.list_order import behind
from store.tables.clients import client
from store.tables.quiet import calendar_entry

_NOT_REMOVED = calendar_entry.c.removed_at.is_(None)


class EntryPlace(NamedTuple):
    """Where an entry stands in the list: what ends last first, then by id."""

    last_week: Int32
    entry_id: Key


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, with who made it. `removed`: it holds no more."""

    entry: Entry
    made_by: str
    made_at: datetime
    removed: bool = False

    @property
    def place(self) -> EntryPlace:
        return EntryPlace(self.entry.last_week, self.entry.entry_id)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What to look for; None for any. `week`: held by it. `since`: ends then or later; `until`: begins by then."""

    client_id: str | None = None
    week: int | None = None
    since: int | None = None
    until: int | None = None


def load_of_week(tx: Connection, week: int) -> list[Entry]:
    """The entries that hold a week."""
    return load_between(tx, week, week)


def load_between(tx: Connection, first: int, last: int) -> list[Entry]:
    """The entries that hold any of the weeks [first, last]."""
    mine = (_NOT_REMOVED, calendar_entry.c.first_week <= last, calendar_entry.c.last_week >= first)
    return [_row(row).entry for row in tx.execute(sa.select(calendar_entry).where(*mine)).mappings()]


def load_of_client(tx: Connection, client_id: str, branch_id: str, first: int, last: int) -> list[Entry]:
    """Of the weeks [first, last], those entries that hold for a client: its own, its branch's and the bank's."""
    c = calendar_entry.c
    theirs = sa.or_(
        c.scope == "bank",
        sa.and_(c.scope == "branch", c.subject == branch_id),
        sa.and_(c.scope == "client", c.subject == client_id),
    )
    query = sa.select(calendar_entry).where(_NOT_REMOVED, c.first_week <= last, c.last_week >= first, theirs)
    return [_row(row).entry for row in tx.execute(query).mappings()]


def add_entry(tx: Connection, entry: Entry, made_by: str, at: datetime) -> None:
    """Keep a new entry."""
    tx.execute(
        sa.insert(calendar_entry).values(
            entry_id=entry.entry_id,
            revision=entry.revision,
            scope=entry.scope,
            subject=entry.subject,
            first_week=entry.first_week,
            last_week=entry.last_week,
            reason=entry.reason,
            alert_id=entry.alert_id,
            made_by=made_by,
            made_at=at,
        )
    )


def get(tx: Connection, entry_id: str, *, only_branch: str | None, for_update: bool = False) -> EntryRow:
    """An entry, removed or not. Raises NotFound for none, and for one that `only_branch` does not see."""
    query = _entries(only_branch).where(calendar_entry.c.entry_id == entry_id)
    found = tx.execute(query.with_for_update(of=calendar_entry) if for_update else query).mappings().one_or_none()
    if found is None:
        raise NotFound("calendar entry", entry_id)
    return _row(found)


def remove_entry(tx: Connection, entry: Entry, removed_by: str, at: datetime) -> None:
    """It holds no more."""
    mine = calendar_entry.c.entry_id == entry.entry_id
    tx.execute(
        sa.update(calendar_entry)
        .where(mine)
        .values(removed_by=removed_by, removed_at=at, revision=entry.revision + 1)
    )


def search(
    tx: Connection, wanted: EntryFilter, *, only_branch: str | None, after: EntryPlace | None, limit: int
) -> list[EntryRow]:
    """Up to `limit` entries behind the place `after`: the bank's, and those that `only_branch` sees."""
    order = (calendar_entry.c.last_week.desc(), calendar_entry.c.entry_id)
    query = _entries(only_branch).where(_NOT_REMOVED, *_conditions(wanted), *behind(order, after)).order_by(*order)
    return [_row(row) for row in tx.execute(query.limit(limit)).mappings()]


def _conditions(wanted: EntryFilter) -> list[sa.ColumnElement[bool]]:
    c = calendar_entry.c
    conditions = []
    if wanted.client_id is not None:
        conditions += [c.scope == "client", c.subject == wanted.client_id]
    if wanted.week is not None:
        conditions += [c.first_week <= wanted.week, c.last_week >= wanted.week]
    if wanted.since is not None:
        conditions.append(c.last_week >= wanted.since)
    if wanted.until is not None:
        conditions.append(c.first_week <= wanted.until)
    return conditions


def get_branch(tx: Connection, entry: Entry) -> str | None:
    """The branch that an entry belongs to; None for the bank's. Raises NotFound for a client that is not there."""
    if entry.scope != "client":
        return entry.subject or None
    found = tx.scalar(sa.select(client.c.branch_id).where(client.c.client_id == entry.subject))
    if found is None:
        raise NotFound("client", entry.subject)
    return str(found)


def _entries(only_branch: str | None) -> sa.Select[Any]:
    c = calendar_entry.c
    query = sa.select(calendar_entry)
    if only_branch is None:
        return query
    theirs = sa.select(client.c.client_id).where(client.c.branch_id == only_branch)
    return query.where(
        sa.or_(
            c.scope == "bank",
            sa.and_(c.scope == "branch", c.subject == only_branch),
            sa.and_(c.scope == "client", c.subject.in_(theirs)),
        )
    )


def _row(row: sa.RowMapping) -> EntryRow:
    entry = Entry(
        entry_id=row["entry_id"],
        scope=row["scope"],
        subject=row["subject"],
        first_week=Week(row["first_week"]),
        last_week=Week(row["last_week"]),
        reason=row["reason"],
        alert_id=row["alert_id"],
        revision=row["revision"],
    )
    return EntryRow(entry, row["made_by"], row["made_at"], row["removed_at"] is not None)
