"""Answers kept under the Idempotency-Key of their request, so that a repeat is answered and not done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.operations import idempotency
from store.upsert import insert

KEPT_FOR = timedelta(hours=24)  # longer than any client retries
_CLAIMED = 0  # the status of a key whose answer is still being made, in a transaction that nobody else sees


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, to the byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OtherRequest(Exception):
    """The key came before with another fingerprint."""


def claim(tx: Connection, actor: str, key: str, fingerprint: str, at: datetime) -> Answer | None:
    """Take the key for this request: None, or the answer where the same request came before.

    A twin at the same moment waits here until the first one's transaction ends, and then finds its answer, or,
    where that one failed, takes the key itself. Raises OtherRequest.
    """
    mine = idempotency.c.actor == actor
    tx.execute(idempotency.delete().where(mine, idempotency.c.at < at - KEPT_FOR))
    taken = tx.execute(
        insert(tx, idempotency)
        .values(actor=actor, key=key, fingerprint=fingerprint, status=_CLAIMED, headers={}, body=b"", at=at)
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)  # the row count of such an insert is not known everywhere
    ).one_or_none()
    if taken is not None:
        return None
    found = tx.execute(sa.select(idempotency).where(mine, idempotency.c.key == key)).one()
    if found.fingerprint != fingerprint:
        raise OtherRequest
    return Answer(found.status, found.headers, found.body)


def save_answer(tx: Connection, actor: str, key: str, answer: Answer) -> None:
    """Store the answer of a claimed key, in the transaction of the change it answers."""
    tx.execute(
        idempotency.update()
        .where(idempotency.c.actor == actor, idempotency.c.key == key)
        .values(status=answer.status, headers=dict(answer.headers), body=answer.body)
    )
