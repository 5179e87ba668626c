"""Finding remedies, in the state that days have brought them to, with what their clients are called today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, NamedTuple

import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import Connection

from casework.alerts.message import ClientFacts
from casework.remedies.remedy_lifecycle import UNDECIDED, Remedy, age
from schemas.errors import NotFound
from schemas.keyset import Key
from schemas.vocabulary import Level, RemedyState, RemedyType
from store.list_order import behind
from store.remedies import remedy_rows
from store.tables.clients import client
from store.tables.remedies import remedy_table

_asked_at: sa.ColumnElement[datetime] = sa.func.coalesce(remedy_table.c.submitted_at, remedy_table.c.proposed_at)
_OLDEST = (_asked_at, remedy_table.c.remedy_id)


@dataclass(frozen=True, slots=True)
class RemedyFilter:
    """What to look for; None, or no states, for any. `level`: whose yes is needed next."""

    states: tuple[RemedyState, ...] = ()
    type: RemedyType | None = None
    branch: str | None = None
    level: Level | None = None
    client_id: str | None = None
    case_id: str | None = None


class RemedyPlace(NamedTuple):
    """Where a remedy stands in the list: by its submission, or proposal before that, the oldest first."""

    asked_at: Annotated[datetime, Meta(tz=True)]
    remedy_id: Key


@dataclass(frozen=True, slots=True)
class RemedyRow:
    """One remedy as it stands on the day asked for. `approved_at`: of the approvals that hold, by level."""

    remedy: Remedy
    client_name: str
    branch_id: str
    proposed_at: datetime
    submitted_at: datetime | None
    approved_at: Mapping[Level, datetime] = field(default_factory=dict)

    @property
    def place(self) -> RemedyPlace:
        return RemedyPlace(self.submitted_at or self.proposed_at, self.remedy.remedy_id)


def search(
    tx: Connection,
    wanted: RemedyFilter,
    today: date,
    *,
    only_branch: str | None,
    after: RemedyPlace | None,
    limit: int,
) -> list[RemedyRow]:
    """Up to `limit` remedies behind the place `after`. `only_branch`: all the reader may see; None for all."""
    conditions = _conditions(wanted, today, only_branch) + behind(_OLDEST, after)
    return _rows(tx, today, conditions, limit)


def load_of_client(tx: Connection, client_id: str, today: date) -> list[RemedyRow]:
    """All remedies of a client, in the order of `search`."""
    return _rows(tx, today, [remedy_table.c.client_id == client_id], None)


def get(tx: Connection, remedy_id: str, today: date, *, only_branch: str | None) -> RemedyRow:
    """The remedy. Raises NotFound for none, and for one of another branch than `only_branch`."""
    mine = _conditions(RemedyFilter(), today, only_branch)
    found = _rows(tx, today, [remedy_table.c.remedy_id == remedy_id, *mine], 1)
    if not found:
        raise NotFound("remedy", remedy_id)
    return found[0]


def get_case_and_client(tx: Connection, remedy_id: str, *, only_branch: str | None) -> tuple[str, ClientFacts]:
    """(case_id, client) of a remedy. Raises NotFound for none, and for one of another branch than `only_branch`."""
    facts = (client.c[name] for name in ClientFacts.__dataclass_fields__)
    query = sa.select(remedy_table.c.case_id, *facts).join(client, client.c.client_id == remedy_table.c.client_id)
    mine = [] if only_branch is None else [client.c.branch_id == only_branch]
    found = tx.execute(query.where(remedy_table.c.remedy_id == remedy_id, *mine)).one_or_none()
    if found is None:
        raise NotFound("remedy", remedy_id)
    return found.case_id, ClientFacts(*found[1:])


def _rows(
    tx: Connection, today: date, conditions: list[sa.ColumnElement[bool]], limit: int | None
) -> list[RemedyRow]:
    """The oldest first: three statements, however many they are. No limit: all."""
    of_client = (client.c.name.label("client_name"), client.c.branch_id)
    query = (
        sa.select(remedy_table, *of_client)
        .join(client, client.c.client_id == remedy_table.c.client_id)
        .where(*conditions)
    )
    rows = tx.execute(query.order_by(*_OLDEST).limit(limit)).mappings().all()
    return [
        RemedyRow(
            remedy=age(remedy, today),
            client_name=row["client_name"],
            branch_id=row["branch_id"],
            proposed_at=row["proposed_at"],
            submitted_at=row["submitted_at"],
            approved_at=approved_at,
        )
        for row, (remedy, approved_at) in zip(rows, remedy_rows.load_with_parts(tx, rows), strict=True)
    ]


def _conditions(wanted: RemedyFilter, today: date, only_branch: str | None) -> list[sa.ColumnElement[bool]]:
    equal = (
        (client.c.branch_id, only_branch),
        (client.c.branch_id, wanted.branch),
        (remedy_table.c.type, wanted.type),
        (remedy_table.c.next_level, wanted.level),
        (remedy_table.c.client_id, wanted.client_id),
        (remedy_table.c.case_id, wanted.case_id),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.states:
        # What days cannot change is asked for as it is kept, which an index knows.
        plain = UNDECIDED.issuperset(wanted.states)
        state = remedy_table.c.state if plain else remedy_rows.state_on(today)
        conditions.append(state.in_(wanted.states))
    return conditions
