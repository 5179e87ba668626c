"""What machines ask: alive, ready, metrics. Open to whoever reaches the port; nothing here names a client."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Response

from api.deps import Deps
from schemas.http import Alive, Readiness

router = APIRouter(tags=["health"])
log = logging.getLogger(__name__)


@router.get("/healthz")
def healthz() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready; says what is not"}})
def readyz(deps: Deps, response: Response) -> Readiness:
    """Whether it can do its work, and what of it is not ready."""
    try:
        lacking = {part: lack for part, lack in deps.readiness().items() if lack is not None}
    except Exception:  # whatever breaks the asking is itself a reason not to be sent requests
        log.exception("readiness cannot be told")
        lacking = {"readiness": "cannot be told"}
    if lacking:
        response.status_code = 503
    return Readiness(ready=not lacking, not_ready=lacking)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(deps: Deps) -> Response:
    """Prometheus exposition."""
    body, content_type = deps.metrics.exposition()
    return Response(body, media_type=content_type)
