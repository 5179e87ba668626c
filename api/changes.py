"""How every POST changes something: once for its Idempotency-Key, with its audit row, in one transaction.

See docs/decisions/0011-http.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from api import etag
from api.auth import Caller
from api.deps import ApiDeps
from api.errors import BadHeader, KeyReused, WrongMediaType
from schemas.http import Body
from store import audit, idempotency
from store.unit_of_work import Tx

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_JSON = re.compile(r"application/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
REPEATED = "Idempotent-Replayed"


@dataclass(frozen=True, slots=True)
class Post:
    """What a POST says beside its body."""

    if_match: str | None
    key: str | None
    fingerprint: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What the audit trail will say of a change."""

    action: str
    kind: str
    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `trace` None: nothing changed. `revision`: for the ETag, where the thing has one.

    `also`: the traces of further things that changed with it.
    """

    body: Body
    trace: Trace | None
    revision: int | None = None
    also: tuple[Trace, ...] = ()


async def _read_post(
    request: Request,
    if_match: Annotated[str | None, Header(description='Change only this revision: `"3"`')] = None,
    idempotency_key: Annotated[
        str | None, Header(description="The same key and request again: the same answer")
    ] = None,
) -> Post:
    body = await request.body()
    if body and not _JSON.fullmatch(request.headers.get("content-type", "").strip()):
        raise WrongMediaType("send Content-Type: application/json")
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise BadHeader("Idempotency-Key must be 1 to 200 visible ASCII characters")
    said = "\n".join((request.method, request.url.path, if_match or "", "")).encode() + body
    return Post(if_match, idempotency_key, hashlib.sha256(said).hexdigest(), request.state.request_id)


Posted = Annotated[Post, Depends(_read_post)]


def perform(deps: ApiDeps, caller: Caller, post: Post, work: Callable[[Tx], Done]) -> Response:
    """1. Claim the key. 2. Work. 3. Audit. 4. Keep the answer. All of it or nothing; an error keeps nothing."""

    def once(tx: Tx) -> idempotency.Answer:
        at = deps.clock()
        if post.key and (kept := idempotency.claim(tx, caller.actor, post.key, post.fingerprint, at)):
            return idempotency.Answer(kept.status, {**kept.headers, REPEATED: "true"}, kept.body)
        done = work(tx)
        traces = [trace for trace in (done.trace, *done.also) if trace]
        audit.record_all(tx, [_entry(deps, caller, post, trace) for trace in traces])
        answer = _answer(done)
        if post.key:
            idempotency.save_answer(tx, caller.actor, post.key, answer)
        return answer

    try:
        answer = deps.store.transact(once)
    except idempotency.OtherRequest:
        raise KeyReused("use a new key for another request") from None
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")


def _answer(done: Done) -> idempotency.Answer:
    headers = {} if done.revision is None else {"ETag": etag.etag(done.revision)}
    return idempotency.Answer(200, headers, done.body.model_dump_json().encode())


def _entry(deps: ApiDeps, caller: Caller, post: Post, trace: Trace) -> audit.Entry:
    return audit.Entry(
        at=deps.clock(),
        actor=caller.actor,
        role=caller.role.value,
        action=trace.action,
        kind=trace.kind,
        key=trace.key,
        before=trace.before,
        after=trace.after,
        request_id=post.request_id,
    )
