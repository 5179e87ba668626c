"""Finding clients: one by id, or many by filter, in client_id order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import NotFound
from schemas.verdicts import Grade
from schemas.vocabulary import ClientState
from store.tables.alerts import alert
from store.tables.clients import client


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """What to look for; None for any. `text` is part of the id or the name, in either case."""

    branch: str | None = None
    tier: str | None = None
    state: ClientState | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client. `grade` is its worst alert that is told and not closed; weeks are week numbers."""

    client_id: str
    name: str
    kind: str
    branch_id: str
    tier: str
    industry: str | None
    relationship_manager: str | None
    opened_on: date | None
    closed_on: date | None
    shard: int | None
    first_week: int | None
    grade: Grade | None
    state: ClientState


def search(
    tx: Connection, wanted: ClientFilter, *, only_branch: str | None, today: date, after: str | None, limit: int
) -> list[ClientRow]:
    """Up to `limit` clients behind the id `after`. `only_branch`: all the reader may see; None for all."""
    query = _clients(only_branch, today).order_by(client.c.client_id).limit(limit)
    if after is not None:
        query = query.where(client.c.client_id > after)
    for condition in _conditions(wanted, today):
        query = query.where(condition)
    return [_row(found) for found in tx.execute(query).mappings()]


def get(tx: Connection, client_id: str, *, only_branch: str | None, today: date) -> ClientRow:
    """The client. Raises NotFound for none, and for one of another branch than `only_branch`."""
    query = _clients(only_branch, today).where(client.c.client_id == client_id)
    found = tx.execute(query).mappings().one_or_none()
    if found is None:
        raise NotFound("client", client_id)
    return _row(found)


def _clients(only_branch: str | None, today: date) -> sa.Select[Any]:
    columns = [client.c[name] for name in ClientRow.__dataclass_fields__ if name not in {"grade", "state"}]
    query = sa.select(*columns, _worst_grade().label("grade"), _state(today).label("state"))
    return query if only_branch is None else query.where(client.c.branch_id == only_branch)


def _conditions(wanted: ClientFilter, today: date) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.branch is not None:
        conditions.append(client.c.branch_id == wanted.branch)
    if wanted.tier is not None:
        conditions.append(client.c.tier == wanted.tier)
    if wanted.state == "alerting":
        conditions.append(_alerting())
    elif wanted.state is not None:
        conditions.append(_state(today) == wanted.state)
    if wanted.text is not None:
        text = (client.c.client_id, client.c.name)
        conditions.append(sa.or_(*(column.icontains(wanted.text, autoescape=True) for column in text)))
    return conditions


def _unclosed() -> sa.ColumnElement[bool]:
    return sa.and_(alert.c.client_id == client.c.client_id, alert.c.state != "closed", alert.c.told)


def _alerting() -> sa.ColumnElement[bool]:
    return sa.exists().where(_unclosed()).correlate(client)


def _worst_grade() -> sa.ScalarSelect[int]:
    return sa.select(sa.func.max(alert.c.grade)).where(_unclosed()).correlate(client).scalar_subquery()


def _state(today: date) -> sa.Case[str]:
    """The first that holds: people look for the alerts before anything else."""
    return sa.case(
        (_alerting(), "alerting"),
        (client.c.closed_on <= today, "closed"),
        (client.c.placeholder.is_(True), "placeholder"),
        else_="active",
    )


def _row(found: sa.RowMapping) -> ClientRow:
    grade = found["grade"]
    return ClientRow(**{**found, "grade": None if grade is None else Grade(grade)})
