"""Shards: what ingest needs to go on where the database stands, and how far each shard has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.clients import client_master
from store.clients.client_master import ShardClients
from store.ledger import event_filter, ledger_reading, offsets
from store.ledger.checkpoint import Checkpoint, LedgerDeltas, SummaryRow, WeekState
from store.tables.clients import client
from store.tables.ledger import shard, shard_week, weekly_summary
from store.upsert import insert


@dataclass(frozen=True, slots=True)
class StoredShard:
    """All that a shard's ingest holds in memory, as of its last checkpoint."""

    topic: str
    topic_id: str
    shard: int
    next_offset: int
    next_to_close: int | None
    newest_events_s: bytes
    advanced_at: datetime | None
    weeks: tuple[WeekState, ...]  # those still remembered
    filter_entries: list[tuple[int, bytes]]  # (week, entries)
    summaries: tuple[SummaryRow, ...]
    clients: ShardClients
    totals: LedgerDeltas  # the ledger of the weeks still remembered


@dataclass(frozen=True, slots=True)
class OtherShard:
    """How far another shard has come."""

    shard: int
    next_to_close: int | None
    watermark_s: int | None
    advanced_at: datetime


@dataclass(frozen=True, slots=True)
class ShardNews:
    """What other processes changed that a shard in memory must know."""

    released: Sequence[int] = ()  # weeks a person has closed
    branch_of: Mapping[str, str] = field(default_factory=dict)  # branch by client id


def load_shard(tx: Connection, topic: str, topic_id: str, number: int, memory_weeks: int) -> StoredShard:
    """A shard at its last checkpoint; an empty one where there was none.

    `memory_weeks`: how many weeks before `next_to_close` ingest remembers (ClosingRules.memory_weeks).
    """
    at = tx.execute(sa.select(shard).where(shard.c.shard == number)).one_or_none()
    next_to_close = None if at is None else at.next_to_close
    floor = 0 if next_to_close is None else next_to_close - memory_weeks
    return StoredShard(
        topic=topic,
        topic_id=topic_id,
        shard=number,
        next_offset=offsets.load_offsets(tx, topic).get(number, (topic_id, 0))[1],
        next_to_close=next_to_close,
        newest_events_s=b"" if at is None else at.newest_events_s,
        advanced_at=None if at is None else at.advanced_at,
        weeks=_load_weeks(tx, number, floor),
        filter_entries=event_filter.load_entries(tx, number),
        summaries=_load_summaries(tx, number, floor),
        clients=client_master.load_of_shard(tx, number),
        totals=ledger_reading.load_totals(tx, number, floor),
    )


def load_others(tx: Connection, number: int) -> list[OtherShard]:
    """Every shard but this one."""
    columns = (shard.c.shard, shard.c.next_to_close, shard.c.watermark_s, shard.c.advanced_at)
    return [OtherShard(*row) for row in tx.execute(sa.select(*columns).where(shard.c.shard != number))]


def load_news(tx: Connection, number: int) -> ShardNews:
    """Released weeks and the branches of all clients of a shard; some 50 ms for 50,000 clients."""
    released = tx.scalars(
        sa.select(shard_week.c.week).where(shard_week.c.shard == number, shard_week.c.closed_by == "release")
    ).all()
    rows = tx.execute(sa.select(client.c.client_id, client.c.branch_id).where(client.c.shard == number))
    return ShardNews(released, {row.client_id: row.branch_id for row in rows})


def load_next_to_close(tx: Connection) -> dict[int, int]:
    """The first week that each shard has not closed; without the shards that have had no event yet."""
    known = sa.select(shard.c.shard, shard.c.next_to_close).where(shard.c.next_to_close.is_not(None))
    return {row.shard: row.next_to_close for row in tx.execute(known)}


def lock_shard(tx: Connection, number: int) -> int | None:
    """Hold a shard's row until the end of the transaction; its next_to_close, None where it has none yet.

    Whoever changes a shard's weeks does this first, so that a checkpoint and a release wait for each other.
    """
    found: int | None = tx.scalar(sa.select(shard.c.next_to_close).where(shard.c.shard == number).with_for_update())
    return found


def save_shard(tx: Connection, checkpoint: Checkpoint, amended: bool) -> None:
    """Write the shard's row: absolute values replaced, tallies added. `amended`: a closed week has changed."""
    came = checkpoint.next_offset > checkpoint.from_offset
    row = {
        "shard": checkpoint.shard,
        "next_to_close": checkpoint.next_to_close,
        "newest_events_s": checkpoint.newest_events_s,
        "watermark_s": checkpoint.watermark_s,
        "amendments": int(amended),
        "accepted": checkpoint.tally.accepted,
        "duplicates": checkpoint.tally.duplicates,
        "late": checkpoint.tally.late,
        "dead_letters": checkpoint.tally.dead_letters,
        "advanced_at": checkpoint.at,
    }
    statement = insert(tx, shard)
    new = statement.excluded
    added = {
        name: shard.c[name] + new[name] for name in ("amendments", "accepted", "duplicates", "late", "dead_letters")
    }
    replaced = ["next_to_close", "newest_events_s", "watermark_s", *(["advanced_at"] if came else [])]
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[shard.c.shard], set_=added | {name: new[name] for name in replaced}
        ),
        [row],
    )


def _load_weeks(tx: Connection, number: int, floor: int) -> tuple[WeekState, ...]:
    columns = (shard_week.c[name] for name in ("week", "state", "received", "expected", "hold_reason", "closed_by"))
    mine = (shard_week.c.shard == number, shard_week.c.week >= floor)
    return tuple(
        WeekState(*row) for row in tx.execute(sa.select(*columns).where(*mine).order_by(shard_week.c.week))
    )


def _load_summaries(tx: Connection, number: int, floor: int) -> tuple[SummaryRow, ...]:
    columns = (weekly_summary.c[name] for name in SummaryRow.__dataclass_fields__)
    mine = (weekly_summary.c.shard == number, weekly_summary.c.week >= floor)
    return tuple(SummaryRow(*row) for row in tx.execute(sa.select(*columns).where(*mine)))


def save_summaries(tx: Connection, number: int, rows: Iterable[SummaryRow]) -> None:
    """Keep the newest revision of each account's summary."""
    names = list(SummaryRow.__dataclass_fields__)
    values = [{name: getattr(row, name) for name in names} | {"shard": number} for row in rows]
    if not values:
        return
    key = [weekly_summary.c.account_id, weekly_summary.c.week, weekly_summary.c.currency]
    statement = insert(tx, weekly_summary)
    replaced = {name: statement.excluded[name] for name in names if name not in {c.name for c in key}}
    tx.execute(statement.on_conflict_do_update(index_elements=key, set_=replaced), values)


def forget_summaries_before(tx: Connection, number: int, week: int) -> None:
    tx.execute(sa.delete(weekly_summary).where(weekly_summary.c.shard == number, weekly_summary.c.week < week))
