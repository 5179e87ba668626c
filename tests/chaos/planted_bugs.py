"""One wrong behaviour of each kind, put into the product for as long as a simulation lasts: what proves that the
checkers can find anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from acts.performing import audit
from casework.alerts import judging
from ingest.folding.shard import Shard
from ingest.lanes import activity_lane
from ingest.lanes.activity_lane import ActivityLane
from publish.outbox.relay import Relay
from store import outbox
from store.alerts import alert_rows
from store.ledger import checkpoint_saving, offsets, shard_weeks
from store.operations import refused_events
from tests.chaos.playing import CRASH

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class PlantedBug:
    """`checkers`: those that may find it first."""

    name: str
    plant: Callable[[Patch], None]
    checkers: frozenset[str]


def offset_in_another_transaction(patch: Patch) -> None:
    patch.setattr(checkpoint_saving, "offsets", SimpleNamespace(advance=lambda *_: None))

    def save_checkpoint(self: Any, now: Any) -> bool:
        checkpoint = self._shard.checkpoint(now)
        if checkpoint is None:
            return False
        place = (checkpoint.topic, checkpoint.topic_id, checkpoint.shard, checkpoint.from_offset)
        self._store.transact(lambda tx: activity_lane.checkpoint_saving.save_checkpoint(tx, checkpoint))
        self._store.transact(lambda tx: offsets.advance(tx, *place, checkpoint.next_offset))
        self._stands_at = checkpoint.next_offset
        return True

    patch.setattr(ActivityLane, "save_checkpoint", save_checkpoint)


def zombie_not_fenced(patch: Patch) -> None:
    def advance(tx: Any, topic: str, topic_id: str, partition: int, _from: int, next_offset: int) -> None:
        offsets.set_to(tx, topic, partition, topic_id, next_offset)

    patch.setattr(checkpoint_saving, "offsets", SimpleNamespace(advance=advance))


def filter_forgets_its_oldest_week(patch: Patch) -> None:
    """`week > floor` for `week >= floor`."""

    def without_oldest(self: Any, checkpoint: Any) -> Any:
        kept = {week: found for week, found in checkpoint.filter_entries.items() if week > self._book.floor}
        return replace(checkpoint, filter_entries=kept)

    _change_checkpoints(patch, without_oldest)


def dead_letter_lost(patch: Patch) -> None:
    """The last one of a checkpoint."""
    save = refused_events.save_refused
    patch.setattr(refused_events, "save_refused", lambda tx, of, letters, at: save(tx, of, letters[:-1], at))


def week_closed_early(patch: Patch) -> None:
    close = Shard._close_marked
    patch.setattr(Shard, "_close_marked", lambda self, bank_now: close(self, bank_now + timedelta(weeks=1)))


def corrected_week_not_judged_again(patch: Patch) -> None:
    patch.setattr(shard_weeks, "raise_revisions", lambda *_: False)


def revision_skipped(patch: Patch) -> None:
    following = judging._with_next_revision

    def skipping(after: Any, before: Any, week: Any) -> Any:
        return replace(following(after, before, week), revision=before.revision + 2)

    patch.setattr(judging, "_with_next_revision", skipping)
    patch.setattr(alert_rows, "_compare_revisions", lambda *_: None)


def marked_before_the_send(patch: Patch) -> None:
    read = Relay._read

    def read_and_mark(self: Any, stuck_topics: set[str]) -> Any:
        batch = read(self, stuck_topics)
        if batch:
            ids = [each.outbox_id for each in batch]
            self._store.transact(lambda tx: outbox.mark_outcomes(tx, ids, {}, self._clock()))
        return batch

    patch.setattr(Relay, "_read", read_and_mark)


def audit_row_left_out(patch: Patch) -> None:
    patch.setattr(audit, "record_all", lambda *_: None)


def _change_checkpoints(patch: Patch, change: Callable[[Any, Any], Any]) -> None:
    made = Shard.checkpoint

    def checkpoint(self: Any, now: Any) -> Any:
        found = made(self, now)
        return None if found is None else change(self, found)

    patch.setattr(Shard, "checkpoint", checkpoint)


PLANTED = tuple(
    PlantedBug(plant.__name__, plant, frozenset(checkers))
    for plant, checkers in (
        (offset_in_another_transaction, {"ledger", "weeks"}),
        (zombie_not_fenced, {"ledger", "offsets", "weeks", CRASH}),
        (filter_forgets_its_oldest_week, {"ledger", "dead letters"}),
        (dead_letter_lost, {"dead letters"}),
        (week_closed_early, {"weeks"}),
        (corrected_week_not_judged_again, {"ending"}),
        (revision_skipped, {"episodes"}),
        (marked_before_the_send, {"outbox"}),
        (audit_row_left_out, {"audit"}),
    )
)
