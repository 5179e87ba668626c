"""Writing the client master: records of the bank, and placeholders for clients that have activity before one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import EbbwatchError
from schemas.events import NO_BRANCH, ClientRecord
from schemas.weeks import week_of_date
from store.among import among
from store.tables.clients import client
from store.upsert import insert

_MASTER = (
    "name", "kind", "branch_id", "tier", "industry", "relationship_manager", "opened_on", "closed_on",
    "placeholder", "last_week",
)  # fmt: skip


class HomeTaken(EbbwatchError):
    """Two shards met a new client at the same time, and the other one was first. Reload the shard and go on."""

    def __init__(self, client_ids: Sequence[str]) -> None:
        super().__init__(f"at home in another partition: {', '.join(client_ids[:3])}")
        self.client_ids = client_ids


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client belongs. `shard` is None before its first activity."""

    shard: int | None
    branch_id: str


@dataclass(frozen=True, slots=True)
class ShardClients:
    """Clients of a shard that have activity, sorted by id: parallel columns of length n."""

    client_ids: list[str]
    first_week: npt.NDArray[np.int32]
    branch_ids: list[str]


def save_records(tx: Connection, records: Iterable[ClientRecord]) -> None:
    """Take over master data; its activity's home and first week stay. Of repeats of a client the last one holds."""
    rows = {record.client_id: _row(record) for record in records}
    if not rows:
        return
    statement = insert(tx, client)
    replaced = {name: statement.excluded[name] for name in _MASTER}
    tx.execute(
        statement.on_conflict_do_update(index_elements=[client.c.client_id], set_=replaced),
        [rows[client_id] for client_id in sorted(rows)],
    )


def forget_client(tx: Connection, client_id: str) -> None:
    """The master knows the client no more: gone, or, where there is activity to be shown, marked as unknown to it.

    What was known last stays: whoever has an alert or a case of the client goes on finding it.
    """
    mine = client.c.client_id == client_id
    tx.execute(sa.delete(client).where(mine, client.c.shard.is_(None)))
    tx.execute(sa.update(client).where(mine).values(placeholder=True))


def save_first_weeks(tx: Connection, shard: int, first_weeks: Mapping[str, int]) -> None:
    """Note the home and first week of clients with activity. Raises HomeTaken where another shard has one."""
    if not first_weeks:
        return
    unknown = _placeholder("") | {"shard": shard}
    rows = [
        {**unknown, "client_id": client_id, "name": client_id, "first_week": first_weeks[client_id]}
        for client_id in sorted(first_weeks)
    ]
    statement = insert(tx, client)
    earlier = sa.case(
        (client.c.first_week < statement.excluded.first_week, client.c.first_week),
        else_=statement.excluded.first_week,
    )
    settled = tx.execute(
        statement.on_conflict_do_update(
            index_elements=[client.c.client_id],
            set_={"shard": statement.excluded.shard, "first_week": earlier},
            where=sa.or_(client.c.shard.is_(None), client.c.shard == statement.excluded.shard),
        ),
        rows,
    )
    if settled.rowcount == len(rows):  # where the driver counts: none was passed over
        return
    places = load_places(tx, list(first_weeks))
    taken = sorted(client_id for client_id, place in places.items() if place.shard != shard)
    if taken:
        raise HomeTaken(taken)


def load_places(tx: Connection, client_ids: Sequence[str]) -> dict[str, Place]:
    """Home and branch of the clients that are known, by id."""
    query = sa.select(client.c.client_id, client.c.shard, client.c.branch_id)
    rows = tx.execute(query.where(among(tx, client.c.client_id, client_ids)))
    return {client_id: Place(shard, branch_id) for client_id, shard, branch_id in rows}


def load_closed_on(tx: Connection, client_ids: Collection[str]) -> dict[str, date]:
    """The days on which those of them that have left closed their last account."""
    rows = tx.execute(sa.select(client.c.client_id, client.c.closed_on).where(client.c.client_id.in_(client_ids)))
    return {client_id: day for client_id, day in rows if day is not None}


def load_of_shard(tx: Connection, shard: int) -> ShardClients:
    """The clients whose activity comes in a shard."""
    rows = tx.execute(
        sa.select(client.c.client_id, client.c.first_week, client.c.branch_id).where(
            client.c.shard == shard, client.c.first_week.is_not(None)
        )
    ).all()
    rows = sorted(rows, key=lambda row: str(row[0]))
    return ShardClients([r[0] for r in rows], np.array([r[1] for r in rows], np.int32), [r[2] for r in rows])


def _row(record: ClientRecord) -> dict[str, Any]:
    return {
        "client_id": record.client_id,
        "name": record.name,
        "kind": record.kind,
        "branch_id": record.branch_id,
        "tier": record.tier,
        "industry": record.industry,
        "relationship_manager": record.relationship_manager,
        "opened_on": record.opened_on,
        "closed_on": record.closed_on,
        "last_week": None if record.closed_on is None else week_of_date(record.closed_on),
        "placeholder": False,
    }


def _placeholder(client_id: str) -> dict[str, Any]:
    unknown = ClientRecord(client_id=client_id, name=client_id, branch_id=NO_BRANCH)
    return _row(unknown) | {"placeholder": True}
