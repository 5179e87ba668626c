"""What people do with the offset that a partition stands at: set it where the log is not the one it was made in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acts.performing import ActContext
from schemas.events import TOPIC_ACTIVITY
from store.ledger import event_filter, offsets


@dataclass(frozen=True, slots=True)
class Move:
    """Read a partition on from `next_offset` of the incarnation `topic_id`."""

    topic: str
    partition: int
    topic_id: str
    next_offset: int


def move_offsets(context: ActContext, moves: Sequence[Move], because: str) -> None:
    """All of them. What is read twice is dropped by the duplicate filter, as far as that goes back.

    Safe beside ingest: it finds its offset moved, gives up what was not saved, and begins again from there.
    """
    for each in moves:
        before = offsets.lock(context.tx, each.topic, each.partition)
        offsets.set_to(context.tx, each.topic, each.partition, each.topic_id, each.next_offset)
        if each.topic == TOPIC_ACTIVITY:
            event_filter.make_room(context.tx, [each.partition])
        after = _fields((each.topic_id, each.next_offset)) | {"because": because}
        key = f"{each.topic}[{each.partition}]"
        context.audit("offset.move", "offset", key, None if before is None else _fields(before), after)


def _fields(at: tuple[str, int]) -> dict[str, str | int]:
    return {"topic_id": at[0], "next_offset": at[1]}
