"""How every POST of the API changes something: one act, once for its Idempotency-Key, answered with its body.

See docs/decisions/0011-http.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from acts.callers import Caller
from acts.performing import Act, ActContext, ActRequest
from api import etag
from api.deps import ApiDeps
from api.errors import BadHeader, WrongMediaType
from schemas.http import Body
from store.idempotency import Answer

T = TypeVar("T")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_JSON = re.compile(r"application/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
REPEATED = "Idempotent-Replayed"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is answered. `revision`: for the ETag, where the thing has one."""

    body: Body
    revision: int | None = None


async def _read_request(
    request: Request,
    if_match: Annotated[str | None, Header(description='Change only this revision: `"3"`')] = None,
    idempotency_key: Annotated[
        str | None, Header(description="The same key and request again: the same answer")
    ] = None,
) -> ActRequest:
    body = await request.body()
    if body and not _JSON.fullmatch(request.headers.get("content-type", "").strip()):
        raise WrongMediaType("send Content-Type: application/json")
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise BadHeader("Idempotency-Key must be 1 to 200 visible ASCII characters")
    asked = "\n".join((request.method, request.url.path, if_match or "", "")).encode() + body
    fingerprint = hashlib.sha256(asked).hexdigest()
    return ActRequest(etag.parse_if_match(if_match), idempotency_key, fingerprint, request.state.request_id)


Posted = Annotated[ActRequest, Depends(_read_request)]


def answer_act(
    deps: ApiDeps, caller: Caller, post: ActRequest, act: Act[T], show: Callable[[ActContext, T], Shown]
) -> Response:
    """Perform the act once, and answer what `show` makes of it in the same transaction."""
    answer, repeated = deps.performer.perform_once(
        caller, act, post, lambda context, made: _answer(show(context, made))
    )
    headers = {**answer.headers, REPEATED: "true"} if repeated else dict(answer.headers)
    return Response(answer.body, answer.status, headers, media_type="application/json")


def _answer(shown: Shown) -> Answer:
    headers = {} if shown.revision is None else {"ETag": etag.format_etag(shown.revision)}
    return Answer(200, headers, shown.body.model_dump_json().encode())
