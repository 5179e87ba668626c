"""The duplicate filter's entries: appended at each checkpoint, gone with their week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.ledger import event_filter

PIECES_PER_WEEK = 256  # a shard reads a few thousand pieces at its start, however long it has trickled


def append_entries(tx: Connection, shard: int, from_offset: int, entries: Mapping[int, bytes]) -> None:
    """Keep the entries that a checkpoint beginning at `from_offset` added, by week."""
    if not entries:
        return
    rows = [
        {"shard": shard, "week": week, "first_offset": from_offset, "entries": piece}
        for week, piece in sorted(entries.items())
    ]
    tx.execute(sa.insert(event_filter), rows)
    for week in entries:
        _join_small(tx, shard, week)


def forget_before(tx: Connection, shard: int, week: int) -> None:
    """Drop the entries of the weeks below `week`."""
    tx.execute(sa.delete(event_filter).where(event_filter.c.shard == shard, event_filter.c.week < week))


def load_entries(tx: Connection, shard: int) -> list[tuple[int, bytes]]:
    """(week, entries) of a shard, as they were appended."""
    rows = tx.execute(
        sa.select(event_filter.c.week, event_filter.c.entries)
        .where(event_filter.c.shard == shard)
        .order_by(event_filter.c.week, event_filter.c.first_offset)
    )
    return [(week, entries) for week, entries in rows]


def make_room(tx: Connection, shards: Iterable[int]) -> None:
    """Offsets will begin at 0 again: move what is there below 0, so that no new piece meets an old one."""
    first = event_filter.c.first_offset
    for shard in shards:
        low, high = tx.execute(
            sa.select(sa.func.min(first), sa.func.max(first)).where(event_filter.c.shard == shard)
        ).one()
        if low is not None:
            span = max(high, 0) - min(low, 0) + 1  # disjoint from where they were: no row meets another on its way
            tx.execute(
                sa.update(event_filter).where(event_filter.c.shard == shard).values(first_offset=first - span)
            )


def _join_small(tx: Connection, shard: int, week: int) -> None:
    """Make one piece of a week's many: amortised, each entry is written again about log(pieces) times."""
    mine = sa.and_(event_filter.c.shard == shard, event_filter.c.week == week)
    pieces = tx.scalar(sa.select(sa.func.count()).select_from(event_filter).where(mine)) or 0
    if pieces <= PIECES_PER_WEEK:
        return
    size = sa.func.length(event_filter.c.entries)
    typical = tx.scalar(sa.select(sa.func.avg(size)).where(mine))
    small = sa.and_(mine, size <= 2 * float(typical or 0))
    found = tx.execute(
        sa.select(event_filter.c.first_offset, event_filter.c.entries)
        .where(small)
        .order_by(event_filter.c.first_offset)
    ).all()
    tx.execute(sa.delete(event_filter).where(small))
    joined = b"".join(entries for _, entries in found)
    row = {"shard": shard, "week": week, "first_offset": found[0][0], "entries": joined}
    tx.execute(sa.insert(event_filter), [row])
