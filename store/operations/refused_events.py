"""Dead letters: into their table, and into the outbox for all who listen."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.messages import TOPIC_DEAD_LETTERS, DeadLetterMessage, encode_message
from store import outbox
from store.among import among
from store.tables.operations import dead_letter

VALUE_LIMIT_BYTES = 600_000  # as base64 still under the broker's usual megabyte
_NAMESPACE = uuid.UUID("6f1a7c0e-8f0b-5d0c-9a51-3f0d2c1b7e44")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that was not taken in. `value` is None where even the bytes could not be had."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    reason: str
    detail: str


def save_refused(tx: Connection, topic_id: str, letters: Sequence[DeadLetter], at: datetime) -> None:
    """Write dead letters, each with its message. A record is one dead letter however often read."""
    found = [(letter, dead_letter_id(topic_id, letter)) for letter in letters]
    known = _known(tx, [identity for _, identity in found])
    found = [(letter, identity) for letter, identity in found if identity not in known]
    if not found:
        return
    rows = [
        {
            "dead_letter_id": identity,
            "topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "key": letter.key,
            "value": letter.value,
            "reason": letter.reason,
            "detail": _text(letter.detail),
            "recorded_at": at,
        }
        for letter, identity in found
    ]
    tx.execute(sa.insert(dead_letter), rows)
    messages = [_message(letter, identity) for letter, identity in found]
    outbox.append_all(tx, messages, at)


def _known(tx: Connection, identities: Sequence[str]) -> set[str]:
    """Those that were written when the record was read before."""
    if not identities:
        return set()
    written = sa.select(dead_letter.c.dead_letter_id).where(among(tx, dead_letter.c.dead_letter_id, identities))
    return set(tx.scalars(written))


def dead_letter_id(topic_id: str, letter: DeadLetter) -> str:
    """The same for the same record of the same incarnation of a topic."""
    return str(uuid.uuid5(_NAMESPACE, f"{topic_id}/{letter.topic}/{letter.partition}/{letter.offset}"))


def _message(letter: DeadLetter, identity: str) -> outbox.Message:
    too_long = letter.value is not None and len(letter.value) > VALUE_LIMIT_BYTES
    message = DeadLetterMessage(
        dead_letter_id=identity,
        revision=1,
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        reason=letter.reason,
        detail=_text(letter.detail),
        key_base64=_base64(letter.key),
        value_base64=None if too_long else _base64(letter.value),
        value_omitted=too_long,
    )
    return outbox.Message(TOPIC_DEAD_LETTERS, identity.encode(), encode_message(message))


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _text(detail: str) -> str:
    """What every database and JSON can hold: no NUL, no lone surrogate."""
    return detail.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
