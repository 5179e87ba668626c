"""That one of our own pages asked for a change: a token that other sites cannot read, and where it came from.

See docs/decisions/0020-the-desk.md.
"""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.desk_config import DeskConfig
from api.desk_errors import FormRefused

FIELD = "csrf"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM = "application/x-www-form-urlencoded"  # no form here sends a file


async def _sent(request: Request) -> str | None:
    """The token of a change: the header, else the form's field. Never looked for in the address: that is logged."""
    if request.method in SAFE:
        return None
    if HEADER in request.headers:
        return request.headers[HEADER]
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    value = (await request.form()).get(FIELD)  # kept by the request: a route's own fields are read from the same
    return value if isinstance(value, str) else None


SentToken = Annotated[str | None, Depends(_sent)]


def check(request: Request, config: DeskConfig, expected: str, sent: str | None) -> None:
    """Raises FormRefused unless the token is right and the browser does not say that another site sent it."""
    if sent is None or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise FormRefused("the form is not one of this session's; reload the page and try again")
    check_origin(request, config)


def check_origin(request: Request, config: DeskConfig) -> None:
    """Raises FormRefused where Sec-Fetch-Site or Origin name another site. Who says neither is let by."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormRefused("the form was sent from another site")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc not in _own_hosts(request, config):
        raise FormRefused("the form was sent from another site")


def _own_hosts(request: Request, config: DeskConfig) -> set[str]:
    """Host alone, not scheme: behind a proxy that ends TLS this process is asked over plain HTTP."""
    hosts = {request.headers.get("host", "")}
    if config.public_url:
        hosts.add(urlsplit(config.public_url).netloc)
    return hosts - {""}
