"""Every refusal as RFC 9457 problem details. The one table of which error is which status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from acts.performing import KeyReused
from acts.sign_in.passwords import SignInBusy
from api.desk_errors import FormRefused, ProviderUnavailable, SignInFailed
from api.errors import BadCursor, BadHeader, KeysUnavailable, WrongMediaType
from schemas.errors import (
    Conflict,
    EbbwatchError,
    Forbidden,
    NotAllowedByRules,
    NotAuthenticated,
    NotFound,
    StaleRevision,
)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:ebbwatch:problem:"
_RETRY_AFTER_S = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: the end of its type URI, its status and title, and whether waiting may help."""

    slug: str
    status: int
    title: str
    passing: bool = False


MALFORMED = Kind("malformed", 400, "The request cannot be read")
NOT_AUTHENTICATED = Kind("not-authenticated", 401, "Authentication is needed")
NOT_FOUND = Kind("not-found", 404, "There is no such thing, or it is not yours to see")
INVALID = Kind("invalid", 422, "The request does not fit its schema")
BROKEN = Kind("internal", 500, "Something broke on this side")
UNAVAILABLE = Kind("unavailable", 503, "Not available just now; try again", passing=True)

ERRORS: Mapping[type[EbbwatchError], Kind] = MappingProxyType(
    {
        BadCursor: Kind("bad-cursor", 400, "The cursor is not one of this list"),
        BadHeader: MALFORMED,
        NotAuthenticated: NOT_AUTHENTICATED,
        Forbidden: Kind("forbidden", 403, "This role may not do this"),
        NotFound: NOT_FOUND,
        Conflict: Kind("conflict", 409, "Its state does not allow this"),
        StaleRevision: Kind("stale-revision", 412, "Someone else changed it first"),
        NotAllowedByRules: INVALID,
        WrongMediaType: Kind("media-type", 415, "The body must be JSON"),
        KeyReused: Kind("idempotency-key-reused", 422, "The Idempotency-Key came before with another request"),
        KeysUnavailable: Kind("keys-unavailable", 503, "Tokens cannot be checked just now", passing=True),
        FormRefused: Kind("form-refused", 403, "The form is not one of this session's"),
        SignInFailed: Kind("sign-in-failed", 403, "The sign-in came to nothing"),
        SignInBusy: Kind("busy", 503, "Too many are signing in just now", passing=True),
        ProviderUnavailable: Kind(
            "provider-unavailable", 503, "The identity provider cannot be asked", passing=True
        ),
    }
)
_BY_STATUS = MappingProxyType(
    {
        400: MALFORMED,
        404: NOT_FOUND,
        405: Kind("method-not-allowed", 405, "This path has no such method"),
        413: Kind("too-large", 413, "The body is too large"),
    }
)


def problem_response(
    request: Request,
    kind: Kind,
    detail: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """The answer that says what is wrong: to a person as a page. `errors` points at the fields, one entry each."""
    waiting = {"Retry-After": str(_RETRY_AFTER_S)} if kind.passing else {}
    told = {**waiting, **(headers or {})}
    page: Response | None = request.app.state.error_page(request, kind)
    if page is not None:
        page.headers.update(told)
        return page
    body: dict[str, Any] = {"type": TYPE_PREFIX + kind.slug, "title": kind.title, "status": kind.status}
    if detail:
        body["detail"] = detail
    body["instance"] = request.url.path
    body["request_id"] = getattr(request.state, "request_id", None)
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status_code=kind.status, headers=told, media_type=MEDIA_TYPE)


def kind_of(error: EbbwatchError) -> Kind:
    """The table's entry of the error's class, or of the nearest class above it; internal where there is none."""
    return next((ERRORS[above] for above in type(error).__mro__ if above in ERRORS), BROKEN)


def install(app: FastAPI) -> None:
    """Answer every error of routing, validation and the rooms below as a problem."""

    @app.exception_handler(EbbwatchError)
    async def _on_fact(request: Request, error: EbbwatchError) -> Response:
        kind = kind_of(error)
        if kind is BROKEN:  # an error without an entry is a bug here: logged with its trace, not shown
            raise error
        at_fault = (
            [{"detail": error.reason, "pointer": f"/{error.field}"}] if isinstance(error, NotAllowedByRules) else ()
        )
        return problem_response(
            request, kind, str(error), headers=_challenge_header(request, kind), errors=at_fault
        )

    @app.exception_handler(HTTPException)
    async def _on_http(request: Request, error: HTTPException) -> Response:
        kind = _BY_STATUS.get(error.status_code) or _kind_of_status(error.status_code)
        return problem_response(request, kind, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(item["type"] == "json_invalid" for item in found):
            return problem_response(request, MALFORMED, "the body is not JSON")
        if any(item["loc"][0] == "path" for item in found):
            return problem_response(request, NOT_FOUND)  # an id of the wrong form names nothing
        return problem_response(request, INVALID, errors=[_field_error(item) for item in found])


def _challenge_header(request: Request, kind: Kind) -> Mapping[str, str]:
    """RFC 6750, 3: the challenge says invalid_token only to those who sent one."""
    if kind is not NOT_AUTHENTICATED:
        return {}
    sent = "authorization" in request.headers
    return {"WWW-Authenticate": 'Bearer error="invalid_token"' if sent else "Bearer"}


def _kind_of_status(status: int) -> Kind:
    phrase = HTTPStatus(status).phrase
    return Kind(phrase.lower().replace(" ", "-"), status, phrase)


def _field_error(item: Mapping[str, Any]) -> dict[str, str]:
    """One failed check, pointing at its field; the refused value itself is not repeated."""
    place, *path = item["loc"]
    detail = str(item["msg"]).removeprefix("Value error, ")
    if place == "body":
        escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
        return {"detail": detail, "pointer": "".join(f"/{part}" for part in escaped)}
    return {"detail": detail, "parameter": ".".join(str(part) for part in path)}
