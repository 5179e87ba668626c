"""Dead letters: what could not be taken in, and sending it again once its cause is gone."""

from __future__ import annotations

import base64
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.auth import DeadLetterReplayer, needing
from api.changes import Done, Posted, Trace, perform
from api.deps import Deps
from api.etag import check
from api.pagination import ListQuery
from api.paths import V1
from api.roles import Permission
from schemas.errors import Conflict
from schemas.http import Line, Page
from schemas.http_operations import DeadLetterBody, DeadLetterDetailBody, ReplayBody
from store import outbox
from store.operations import dead_letters
from store.operations.dead_letters import DeadLetterFilter, DeadLetterPlace, DeadLetterRow
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/dead-letters", tags=["operations"])
DeadLetterId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_READS = needing(Permission.READ_DEAD_LETTERS)
_HOMELESS = "wrong_partition"  # the one reason for which the partition it came from is no place to go back to


class DeadLetterQuery(ListQuery):
    """Filters of the dead letters."""

    topic: Line | None = None
    partition: int | None = Field(None, ge=0, le=2**31 - 1)
    reason: Line | None = None
    replayed: bool | None = None


@router.get("", dependencies=[_READS])
def list_dead_letters(deps: Deps, query: Annotated[DeadLetterQuery, Query()]) -> Page[DeadLetterBody]:
    """Dead letters without their bytes, the newest first."""
    wanted = DeadLetterFilter(query.topic, query.partition, query.reason, query.replayed)
    after = query.after("dead letters", DeadLetterPlace)
    with deps.store.read() as tx:
        rows = dead_letters.search(tx, wanted, after=after, limit=query.limit + 1)
    return query.page("dead letters", rows, _place, _body)


@router.get("/{dead_letter_id}", dependencies=[_READS])
def get_dead_letter(deps: Deps, dead_letter_id: DeadLetterId) -> DeadLetterDetailBody:
    """One dead letter with its original bytes."""
    with deps.store.read() as tx:
        row = dead_letters.get(tx, dead_letter_id)
    return DeadLetterDetailBody(
        **_body(row).model_dump(),
        key_base64=_base64(row.key),
        key_text=_text(row.key),
        value_base64=_base64(row.value),
        value_text=_text(row.value),
    )


@router.post("/{dead_letter_id}/replay", response_model=DeadLetterBody)
def replay(
    caller: DeadLetterReplayer,
    deps: Deps,
    post: Posted,
    dead_letter_id: DeadLetterId,
    body: ReplayBody | None = None,
) -> Response:
    """Send the original bytes to the topic they came from, behind everything there. A second time only if asked."""
    again = body is not None and body.again

    def work(tx: Tx) -> Done:
        row = dead_letters.get(tx, dead_letter_id, for_update=True)
        check(post.if_match, 0 if row.replayed_at is None else 1)
        _must_be_replayable(row, again)
        at = deps.clock()
        partition = None if row.reason == _HOMELESS else row.partition
        outbox.append(tx, row.topic, row.key, row.value, at=at, partition=partition)
        dead_letters.mark_replayed(tx, dead_letter_id, caller.actor, at)
        after = dead_letters.get(tx, dead_letter_id)
        trace = Trace("dead_letter.replay", "dead_letter", dead_letter_id, _replayed(row), _replayed(after))
        return Done(_body(after), trace)

    return perform(deps, caller, post, work)


def _must_be_replayable(row: DeadLetterRow, again: bool) -> None:
    if row.value is None:
        raise Conflict("its bytes could not be had, so there is nothing to send again")
    if row.replayed_at is not None and not again:
        raise Conflict(f'it was sent again at {row.replayed_at.isoformat()}; say {{"again": true}} to repeat that')


def _replayed(row: DeadLetterRow) -> dict[str, str | None]:
    told: dict[str, str | None] = msgspec.to_builtins(
        {"replayed_at": row.replayed_at, "replayed_by": row.replayed_by}
    )
    return told


def _body(row: DeadLetterRow) -> DeadLetterBody:
    return DeadLetterBody(**{name: getattr(row, name) for name in DeadLetterBody.model_fields})


def _place(row: DeadLetterRow) -> DeadLetterPlace:
    return DeadLetterPlace(row.recorded_at, row.dead_letter_id)


def _base64(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode()


def _text(raw: bytes | None) -> str | None:
    try:
        return None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None
