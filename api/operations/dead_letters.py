"""Dead letters: what could not be taken in, and sending it again once its cause is gone."""

from __future__ import annotations

import base64
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from acts.dead_letters import SentAgain, send_again, send_all_again
from acts.performing import Act
from acts.roles import Permission
from api.auth import DeadLetterReplayer, needing
from api.changes import Posted, Shown, answer_act
from api.deps import Deps
from api.pagination import ListQuery
from api.paths import V1, UuidPath
from schemas.http import Line, Page
from schemas.http_operations import DeadLetterBody, DeadLetterDetailBody, ReplayAllBody, ReplayBody, ReplayedBody
from store.operations import dead_letters
from store.operations.dead_letters import DeadLetterFilter, DeadLetterPlace, DeadLetterRow
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/dead-letters", tags=["operations"])
_READS = needing(Permission.READ_DEAD_LETTERS)


class DeadLetterQuery(ListQuery):
    """Filters of the dead letters."""

    topic: Line | None = None
    partition: int | None = Field(None, ge=0, le=2**31 - 1)
    reason: Line | None = None
    replayed: bool | None = None


@router.get("", dependencies=[_READS])
def list_dead_letters(deps: Deps, query: Annotated[DeadLetterQuery, Query()]) -> Page[DeadLetterBody]:
    """Dead letters without their bytes, the newest first."""
    with deps.store.read() as tx:
        return search_dead_letters(tx, query)


@router.get("/{dead_letter_id}", dependencies=[_READS])
def get_dead_letter(deps: Deps, dead_letter_id: UuidPath) -> DeadLetterDetailBody:
    """One dead letter with its original bytes."""
    with deps.store.read() as tx:
        return get_dead_letter_body(tx, dead_letter_id)


@router.post("/{dead_letter_id}/replay", response_model=DeadLetterBody)
def replay(
    caller: DeadLetterReplayer,
    deps: Deps,
    post: Posted,
    dead_letter_id: UuidPath,
    body: ReplayBody | None = None,
) -> Response:
    """Send the original bytes to the topic they came from, behind everything there. A second time only if asked."""
    said = body or ReplayBody()
    act = partial(send_again, dead_letter_id=dead_letter_id, again=said.again, because=said.because)
    return answer_act(deps, caller, post, act, lambda _context, row: Shown(_body(row)))


@router.post("/replay", response_model=ReplayedBody)
def replay_all(caller: DeadLetterReplayer, deps: Deps, post: Posted, body: ReplayAllBody) -> Response:
    """Send all of a reason again that were not sent before, in the order in which they came; at most 10,000."""
    return answer_act(deps, caller, post, replay_all_act(body), lambda _context, done: Shown(_replayed(done)))


def replay_all_act(body: ReplayAllBody) -> Act[SentAgain]:
    """The act that a body asks for."""
    return partial(send_all_again, wanted=DeadLetterFilter(body.topic, body.partition, body.reason))


def _replayed(done: SentAgain) -> ReplayedBody:
    return ReplayedBody(sent=done.sent, left=done.left)


def search_dead_letters(tx: Tx, query: DeadLetterQuery) -> Page[DeadLetterBody]:
    """One page of the list."""
    wanted = DeadLetterFilter(query.topic, query.partition, query.reason, query.replayed)
    after = query.after("dead letters", DeadLetterPlace)
    rows = dead_letters.search(tx, wanted, after=after, limit=query.limit + 1)
    return query.page("dead letters", rows, _place, _body)


def get_dead_letter_body(tx: Tx, dead_letter_id: str) -> DeadLetterDetailBody:
    """Raises NotFound."""
    row = dead_letters.get(tx, dead_letter_id)
    return DeadLetterDetailBody(
        **_body(row).model_dump(),
        key_base64=_base64(row.key),
        key_text=_text(row.key),
        value_base64=_base64(row.value),
        value_text=_text(row.value),
    )


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
