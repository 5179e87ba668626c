"""Where each partition stands: offsets live beside what they produced. See docs/decisions/0002."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import LostPartition
from schemas.events import TOPIC_ACTIVITY
from store.ledger import event_filter
from store.tables.ledger import topic_offset
from store.upsert import insert


def load_offsets(tx: Connection, topic: str) -> dict[int, tuple[str, int]]:
    """(topic id, next offset) by partition, of the partitions that were ever checkpointed."""
    rows = tx.execute(
        sa.select(topic_offset.c.partition, topic_offset.c.topic_id, topic_offset.c.next_offset).where(
            topic_offset.c.topic == topic
        )
    )
    return {partition: (topic_id, next_offset) for partition, topic_id, next_offset in rows}


def advance(tx: Connection, topic: str, topic_id: str, partition: int, from_offset: int, next_offset: int) -> None:
    """Compare-and-set. Raises LostPartition where the row stands elsewhere, or in another incarnation of the topic.

    The first checkpoint of a partition makes the row. A failed one must take the whole transaction with it.
    """
    moved = tx.execute(
        sa.update(topic_offset)
        .where(
            topic_offset.c.topic == topic,
            topic_offset.c.partition == partition,
            topic_offset.c.topic_id == topic_id,
            topic_offset.c.next_offset == from_offset,
        )
        .values(next_offset=next_offset)
    )
    if moved.rowcount == 1:
        return
    row = {"topic": topic, "partition": partition, "topic_id": topic_id, "next_offset": next_offset}
    made = insert(tx, topic_offset).values(row).on_conflict_do_nothing()
    # By what it returns: psycopg does not tell the row count of such an insert.
    if tx.execute(made.returning(topic_offset.c.partition)).one_or_none() is None:
        raise LostPartition(topic, partition, from_offset)


def lock(tx: Connection, topic: str, partition: int) -> tuple[str, int] | None:
    """(topic id, next offset) of a partition, held until the transaction ends; None before its first checkpoint."""
    row = tx.execute(
        sa.select(topic_offset.c.topic_id, topic_offset.c.next_offset)
        .where(topic_offset.c.topic == topic, topic_offset.c.partition == partition)
        .with_for_update()
    ).one_or_none()
    return None if row is None else (row.topic_id, row.next_offset)


def set_to(tx: Connection, topic: str, partition: int, topic_id: str, next_offset: int) -> None:
    """Wherever it stood. The row stays: where there was none, a checkpoint under way would make its own."""
    row = {"topic": topic, "partition": partition, "topic_id": topic_id, "next_offset": next_offset}
    made = insert(tx, topic_offset).values(row)
    key = [topic_offset.c.topic, topic_offset.c.partition]
    tx.execute(
        made.on_conflict_do_update(
            index_elements=key, set_={name: made.excluded[name] for name in ("topic_id", "next_offset")}
        )
    )


def check_stands(tx: Connection, topic: str, topic_id: str, partition: int, at: int) -> None:
    """A look without a change: raises LostPartition where `advance` from `at` would."""
    stored = load_offsets(tx, topic).get(partition)
    if stored not in (None, (topic_id, at)):
        raise LostPartition(topic, partition, at)


def start_incarnation(tx: Connection, topic: str, topic_id: str) -> None:
    """The topic was made anew and is empty: every partition begins at offset 0 under the new id.

    For the embedded broker alone, which forgets its topics; the ledger and the weeks stay as they are.
    """
    older = sa.and_(topic_offset.c.topic == topic, topic_offset.c.topic_id != topic_id)
    if topic == TOPIC_ACTIVITY:
        event_filter.make_room(tx, tx.scalars(sa.select(topic_offset.c.partition).where(older)).all())
    tx.execute(sa.update(topic_offset).where(older).values(topic_id=topic_id, next_offset=0))
