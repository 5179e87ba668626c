"""Around every request: its id, its size, its metrics, its log line, and headers that keep it out of caches."""

from __future__ import annotations

import logging
import re
import time
import uuid

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BROKEN, UNAVAILABLE, problem_response
from store.unit_of_work import is_transient
from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024  # the largest body there is holds a note of a few thousand characters
REQUEST_ID = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


class RequestContext:
    """ASGI middleware, the outermost of ours: nothing leaves without it, a crash included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        started = time.perf_counter()
        try:
            await self._answer(exchange)
        finally:
            self._log_request(exchange, time.perf_counter() - started)

    async def _answer(self, exchange: _Exchange) -> None:
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        except Exception as error:
            transient = is_transient(error)
            log.exception("request failed", extra={"request_id": exchange.request_id})
            if exchange.status is not None:  # half an answer cannot be taken back: let the server cut it off
                raise
            answer = problem_response(Request(exchange.scope), UNAVAILABLE if transient else BROKEN)
            await answer(exchange.scope, exchange.receive, exchange.send)

    def _log_request(self, exchange: _Exchange, took_s: float) -> None:
        scope, status = exchange.scope, exchange.status or 500
        route = getattr(scope.get("route"), "path_format", None) or getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        metrics: Metrics = scope["app"].state.deps.metrics
        for failure in (BROKEN.status, UNAVAILABLE.status):  # at zero first, so that the first is an increase
            metrics.requests.labels(method, route, str(failure))
        metrics.requests.labels(method, route, str(status)).inc()
        metrics.request_s.labels(method, route).observe(took_s)
        caller = scope["state"].get("caller")
        log.info(
            "request",
            extra={
                "method": method,
                "route": route,
                "status": status,
                "took_ms": round(took_s * 1000, 1),
                "request_id": exchange.request_id,
                "actor": caller and caller.actor,
                "role": caller and caller.role,
            },
        )


class _Exchange:
    """One request and what was sent for it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.status: int | None = None
        self._taken_bytes = 0
        given = Headers(scope=scope).get(REQUEST_ID, "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope["state"] = {**scope.get("state", {}), "request_id": self.request_id}

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken_bytes += len(message.get("body", b""))
        if self._taken_bytes > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.request_id
            for name, value in _HEADERS:
                headers.setdefault(name, value)
        await self._send(message)
