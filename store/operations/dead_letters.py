"""Records that were not taken in: finding them, and marking those sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import Connection

from schemas.errors import NotFound
from schemas.keyset import Key
from store.among import among
from store.list_order import behind
from store.tables.operations import dead_letter

_VALUES_AT_ONCE = 500  # parameters of one statement


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """What to look for; None for any."""

    topic: str | None = None
    partition: int | None = None
    reason: str | None = None
    replayed: bool | None = None


class DeadLetterPlace(NamedTuple):
    """Where a dead letter stands in the list: the newest first, then by id."""

    recorded_at: Annotated[datetime, Meta(tz=True)]
    dead_letter_id: Key


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """One dead letter. `key` and `value` are the original bytes; None where null, unreadable, or only listed."""

    dead_letter_id: str
    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    recorded_at: datetime
    replayed_at: datetime | None
    replayed_by: str | None
    key: bytes | None = None
    value: bytes | None = None


_LISTED = [dead_letter.c[name] for name in DeadLetterRow.__dataclass_fields__ if name not in {"key", "value"}]


def search(
    tx: Connection, wanted: DeadLetterFilter, *, after: DeadLetterPlace | None, limit: int
) -> list[DeadLetterRow]:
    """Up to `limit` dead letters behind the place `after`, without their bytes."""
    order = (dead_letter.c.recorded_at.desc(), dead_letter.c.dead_letter_id)
    query = sa.select(*_LISTED).where(*_conditions(wanted), *behind(order, after)).order_by(*order).limit(limit)
    return [DeadLetterRow(**found) for found in tx.execute(query).mappings()]


def get(tx: Connection, dead_letter_id: str, *, for_update: bool = False) -> DeadLetterRow:
    """The dead letter with its bytes; locked until the transaction ends where `for_update`. Raises NotFound."""
    query: sa.Select[Any] = sa.select(dead_letter).where(dead_letter.c.dead_letter_id == dead_letter_id)
    found = tx.execute(query.with_for_update() if for_update else query).mappings().one_or_none()
    if found is None:
        raise NotFound("dead letter", dead_letter_id)
    return DeadLetterRow(**found)


def load_sendable(tx: Connection, wanted: DeadLetterFilter, limit: int) -> list[DeadLetterRow]:
    """Up to `limit` of those that have bytes, with them, as they stood in their topics; locked."""
    order = (dead_letter.c.topic, dead_letter.c.partition, dead_letter.c.recorded_at, dead_letter.c.offset)
    query = sa.select(dead_letter).where(*_sendable(wanted)).order_by(*order).limit(limit).with_for_update()
    return [DeadLetterRow(**found) for found in tx.execute(query).mappings()]


def count_sendable(tx: Connection, wanted: DeadLetterFilter) -> int:
    return tx.scalar(sa.select(sa.func.count()).select_from(dead_letter).where(*_sendable(wanted))) or 0


def find_released(tx: Connection, reason: str, values: Sequence[bytes]) -> set[bytes]:
    """Those of the bytes that a person has sent again after they were refused for this reason."""
    mine = (dead_letter.c.reason == reason, dead_letter.c.replayed_at.is_not(None))
    found: set[bytes] = set()
    for start in range(0, len(values), _VALUES_AT_ONCE):
        asked = values[start : start + _VALUES_AT_ONCE]
        found.update(tx.scalars(sa.select(dead_letter.c.value).where(*mine, dead_letter.c.value.in_(asked))))
    return found


def mark_replayed(tx: Connection, dead_letter_ids: Sequence[str], actor: str, at: datetime) -> None:
    """Note who sent them again and when; the newest time counts."""
    tx.execute(
        dead_letter.update()
        .where(among(tx, dead_letter.c.dead_letter_id, dead_letter_ids))
        .values(replayed_at=at, replayed_by=actor)
    )


def _sendable(wanted: DeadLetterFilter) -> list[sa.ColumnElement[bool]]:
    return [*_conditions(wanted), dead_letter.c.value.is_not(None)]


def _conditions(wanted: DeadLetterFilter) -> list[sa.ColumnElement[bool]]:
    names = ("topic", "partition", "reason")
    asked = ((dead_letter.c[name], getattr(wanted, name)) for name in names)
    conditions = [column == value for column, value in asked if value is not None]
    if wanted.replayed is not None:
        mark = dead_letter.c.replayed_at
        conditions.append(mark.is_not(None) if wanted.replayed else mark.is_(None))
    return conditions
