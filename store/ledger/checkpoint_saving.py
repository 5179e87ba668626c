"""The weekly ledger: keeping a checkpoint, all of it or nothing. See docs/decisions/0002."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from store.clients import client_master
from store.ledger import event_filter, ledger_rows, offsets, shard_weeks, shards
from store.ledger.checkpoint import Checkpoint
from store.operations import refused_events


def save_checkpoint(tx: Connection, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in the caller's transaction.

    1. Compare-and-set the offset: a process that lost the partition ends here. 2. Lock the shard. 3. Clients.
    4. Ledger rows; those of closed weeks are superseded, not overwritten. 5. Duplicate filter and summaries.
    6. Dead letters, and the messages that tell of them. 7. Weeks, and zero rows where clients were silent.
    8. The shard's own row.

    Raises LostPartition or HomeTaken; the transaction must then be given up and the shard loaded again.
    """
    offsets.advance(
        tx, checkpoint.topic, checkpoint.topic_id, checkpoint.shard, checkpoint.from_offset, checkpoint.next_offset
    )
    next_to_close = shards.lock_shard(tx, checkpoint.shard)
    client_master.save_first_weeks(tx, checkpoint.shard, checkpoint.first_weeks)
    amended = shard_weeks.load_closed_among(tx, checkpoint.shard, checkpoint.deltas.weeks)
    ledger_rows.supersede(tx, checkpoint.deltas, amended)
    ledger_rows.add_deltas(tx, checkpoint.shard, checkpoint.deltas, amended)
    event_filter.append_entries(tx, checkpoint.shard, checkpoint.from_offset, checkpoint.filter_entries)
    shards.save_summaries(tx, checkpoint.shard, checkpoint.summaries)
    if checkpoint.expired_before is not None:
        event_filter.forget_before(tx, checkpoint.shard, checkpoint.expired_before)
        shards.forget_summaries_before(tx, checkpoint.shard, checkpoint.expired_before)
    refused_events.save_refused(tx, checkpoint.topic_id, checkpoint.dead_letters, checkpoint.at)
    changed = shard_weeks.raise_revisions(tx, checkpoint, amended, next_to_close)
    shard_weeks.save_weeks(tx, checkpoint)
    ledger_rows.fill_silence(tx, checkpoint.shard, checkpoint.first_weeks, next_to_close)
    shards.save_shard(tx, checkpoint, changed)
