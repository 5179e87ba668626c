"""Which alerts have changed lately, as the outbox tells: every revision of an alert has its message there.

A hint for people who look at a list, not a feed to build on: see `load_ids_after`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.messages import TOPIC_ALERTS
from store.tables.operations import outbox


@dataclass(frozen=True, slots=True)
class ChangedAlert:
    """An alert that is at `revision` now. `branch_id` as the message has it."""

    outbox_id: int
    alert_id: str
    revision: int
    branch_id: str


class _Message(msgspec.Struct):
    """What is read of it; the rest is passed over unread."""

    alert_id: str
    revision: int
    branch_id: str


_MESSAGE = msgspec.json.Decoder(_Message)


def newest_outbox_id(tx: Connection) -> int:
    """The newest id of the outbox; 0 where it is empty."""
    return int(tx.scalar(sa.select(sa.func.max(outbox.c.outbox_id))) or 0)


def load_ids_after(tx: Connection, outbox_id: int, limit: int) -> list[int]:
    """Ids of the alerts' messages behind one, in order, at most `limit`.

    PostgreSQL hands out ids before the commit: one behind may appear later. Whoever reads on goes back a little.
    """
    query = sa.select(outbox.c.outbox_id).where(outbox.c.outbox_id > outbox_id, outbox.c.topic == TOPIC_ALERTS)
    return list(tx.scalars(query.order_by(outbox.c.outbox_id).limit(limit)))


def load_changes(tx: Connection, outbox_ids: Sequence[int]) -> list[ChangedAlert]:
    """What these messages say, in the order of their ids."""
    if not outbox_ids:
        return []
    query = sa.select(outbox.c.outbox_id, outbox.c.value).where(outbox.c.outbox_id.in_(outbox_ids))
    found = tx.execute(query.order_by(outbox.c.outbox_id)).all()
    return [_decode_change(outbox_id, value) for outbox_id, value in found]


def _decode_change(outbox_id: int, value: bytes) -> ChangedAlert:
    message = _MESSAGE.decode(value)
    return ChangedAlert(outbox_id, message.alert_id, message.revision, message.branch_id)
