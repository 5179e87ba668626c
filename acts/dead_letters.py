"""What people do with a dead letter, once its cause is gone: send it again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from acts.performing import ActContext, Fields
from schemas.errors import Conflict, NotAllowedByRules
from store import outbox
from store.operations import dead_letters
from store.operations.dead_letters import DeadLetterFilter, DeadLetterRow

_NO_WAY_BACK = "wrong_partition"  # the one reason for which the partition it came from is no place to go back to
RELEASED_ONE_BY_ONE = ("implausible_amount",)
MOST_AT_ONCE = 10_000  # of one request, in one transaction
_TOGETHER = 500  # whose bytes are in memory at a time


def send_again(
    context: ActContext, dead_letter_id: str, *, again: bool, because: str | None = None
) -> DeadLetterRow:
    """Send the original bytes to the topic they came from, behind all of it. A second time only if `again`.

    An implausible amount is released by it, and needs to say why.
    """
    row = dead_letters.get(context.tx, dead_letter_id, for_update=True)
    if row.reason in RELEASED_ONE_BY_ONE and because is None:
        raise NotAllowedByRules("because", "say why the amount is right: sending it again lets it through")
    context.check_revision(0 if row.replayed_at is None else 1)
    _check_replayable(row, again=again)
    outbox.append_all(context.tx, [_message(row)], context.at)
    dead_letters.mark_replayed(context.tx, [dead_letter_id], context.actor, context.at)
    after = dead_letters.get(context.tx, dead_letter_id)
    _audit(context, row, after, because)
    return after


@dataclass(frozen=True, slots=True)
class SentAgain:
    """How many were sent, and how many like them are left for another time."""

    sent: int
    left: int


def send_all_again(context: ActContext, wanted: DeadLetterFilter, most: int = MOST_AT_ONCE) -> SentAgain:
    """Send those that were never sent again and have bytes, in the order in which they came; at most `most`."""
    if wanted.reason is None or wanted.reason in RELEASED_ONE_BY_ONE:
        raise NotAllowedByRules("reason", "each of these is released by itself, by a person who says why")
    wanted = replace(wanted, replayed=False)
    sent = 0
    while sent < most:
        rows = dead_letters.load_sendable(context.tx, wanted, min(_TOGETHER, most - sent))
        if not rows:
            break
        outbox.append_all(context.tx, [_message(row) for row in rows], context.at)
        dead_letters.mark_replayed(context.tx, [row.dead_letter_id for row in rows], context.actor, context.at)
        for row in rows:
            _audit(context, row, replace(row, replayed_at=context.at, replayed_by=context.actor))
        sent += len(rows)
    return SentAgain(sent, dead_letters.count_sendable(context.tx, wanted))


def audit_fields(row: DeadLetterRow) -> Fields:
    """What the audit trail says of it: all that changes."""
    fields: Fields = msgspec.to_builtins({"replayed_at": row.replayed_at, "replayed_by": row.replayed_by})
    return fields


def _message(row: DeadLetterRow) -> outbox.Message:
    partition = None if row.reason == _NO_WAY_BACK else row.partition
    return outbox.Message(row.topic, row.key, row.value, partition)


def _audit(context: ActContext, before: DeadLetterRow, after: DeadLetterRow, because: str | None = None) -> None:
    said = {} if because is None else {"because": because}
    fields = audit_fields(before), {**audit_fields(after), **said}
    context.audit("dead_letter.replay", "dead_letter", before.dead_letter_id, *fields)


def _check_replayable(row: DeadLetterRow, *, again: bool) -> None:
    if row.value is None:
        raise Conflict("its bytes could not be had, so there is nothing to send again")
    if row.replayed_at is not None and not again:
        raise Conflict(f'it was sent again at {row.replayed_at.isoformat()}; say {{"again": true}} to repeat that')
