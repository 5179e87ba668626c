"""Messages to Kafka, written in the transaction of what they tell of and sent afterwards by the relay.

A message counts as unsent until it is marked. Reading on from the last id would skip rows: PostgreSQL hands out
ids before the commit. See docs/decisions/0012-outbox.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.among import among
from store.tables.operations import outbox


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record to be. `partition` None: the key decides. `key` None: no order is kept with others."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message waiting in the outbox."""

    outbox_id: int
    message: Message


def append_all(tx: Connection, messages: Sequence[Message], at: datetime) -> None:
    """Put messages behind all others, in their order."""
    if not messages:
        return
    rows = [
        {"topic": m.topic, "partition": m.partition, "key": m.key, "value": m.value, "written_at": at}
        for m in messages
    ]
    tx.execute(sa.insert(outbox), rows)


def load_unsent(tx: Connection, limit: int, *, but_not: Collection[str] = ()) -> list[Unsent]:
    """The oldest messages not yet sent, in the order in which they were written, without some topics."""
    columns = (outbox.c.outbox_id, outbox.c.topic, outbox.c.key, outbox.c.value, outbox.c.partition)
    waiting = sa.select(*columns).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.outbox_id).limit(limit)
    if but_not:
        waiting = waiting.where(outbox.c.topic.not_in(but_not))
    return [Unsent(row[0], Message(*row[1:])) for row in tx.execute(waiting)]


def mark_sent(tx: Connection, outbox_ids: Sequence[int], at: datetime) -> None:
    """They reached Kafka; marking twice is harmless."""
    mark = sa.update(outbox).where(among(tx, outbox.c.outbox_id, outbox_ids), outbox.c.sent_at.is_(None))
    tx.execute(mark.values(sent_at=at))


def mark_outcomes(tx: Connection, sent: Sequence[int], refused: Mapping[int, str], at: datetime) -> None:
    """Take out of the queue what reached Kafka, and what never can (outbox id -> why)."""
    mark_sent(tx, sent, at)
    for outbox_id, reason in refused.items():
        mark_refused(tx, outbox_id, reason, at)


def mark_refused(tx: Connection, outbox_id: int, reason: str, at: datetime) -> None:
    """The broker can never take it: it leaves the queue, but is kept with the reason until a person deletes it."""
    mark = sa.update(outbox).where(outbox.c.outbox_id == outbox_id, outbox.c.sent_at.is_(None))
    tx.execute(mark.values(sent_at=at, refused=reason))


def queue_depth(tx: Connection) -> tuple[int, datetime | None]:
    """How many messages wait, and when the oldest of them was written."""
    count, oldest = tx.execute(
        sa.select(sa.func.count(), sa.func.min(outbox.c.written_at)).where(outbox.c.sent_at.is_(None))
    ).one()
    return count, oldest


def forget_sent(tx: Connection, before: datetime) -> int:
    """Forget what was sent before an instant; says how many. Refused messages stay."""
    old = sa.delete(outbox).where(outbox.c.sent_at < before, outbox.c.refused.is_(None))
    return tx.execute(old).rowcount
