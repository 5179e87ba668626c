"""What people do with a dead letter, once its cause is gone: send it again."""

from __future__ import annotations

import msgspec

from acts.performing import ActContext, Fields
from schemas.errors import Conflict
from store import outbox
from store.operations import dead_letters
from store.operations.dead_letters import DeadLetterRow

_NO_WAY_BACK = "wrong_partition"  # the one reason for which the partition it came from is no place to go back to


def send_again(context: ActContext, dead_letter_id: str, *, again: bool) -> DeadLetterRow:
    """Send the original bytes to the topic they came from, behind all of it. A second time only if `again`."""
    row = dead_letters.get(context.tx, dead_letter_id, for_update=True)
    context.check_revision(0 if row.replayed_at is None else 1)
    _check_replayable(row, again=again)
    partition = None if row.reason == _NO_WAY_BACK else row.partition
    outbox.append(context.tx, row.topic, row.key, row.value, at=context.at, partition=partition)
    dead_letters.mark_replayed(context.tx, dead_letter_id, context.actor, context.at)
    after = dead_letters.get(context.tx, dead_letter_id)
    context.audit("dead_letter.replay", "dead_letter", dead_letter_id, audit_fields(row), audit_fields(after))
    return after


def audit_fields(row: DeadLetterRow) -> Fields:
    """What the audit trail says of it: all that changes."""
    fields: Fields = msgspec.to_builtins({"replayed_at": row.replayed_at, "replayed_by": row.replayed_by})
    return fields


def _check_replayable(row: DeadLetterRow, *, again: bool) -> None:
    if row.value is None:
        raise Conflict("its bytes could not be had, so there is nothing to send again")
    if row.replayed_at is not None and not again:
        raise Conflict(f'it was sent again at {row.replayed_at.isoformat()}; say {{"again": true}} to repeat that')
