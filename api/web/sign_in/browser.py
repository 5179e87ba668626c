"""The browser that a sign-in began in: a secret in a cookie, from before anybody is signed in.

The sign-in form and the `state` that goes to an identity provider carry a mark made from it. So nobody can have
another's browser finish a sign-in begun elsewhere, and sign them in as somebody else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from fastapi import Request, Response

from api.desk_config import DeskConfig

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRET_BYTES = 32
_FORM = "the sign-in form"


def secret_of(request: Request, config: DeskConfig) -> str:
    """The browser's secret, or a new one for it to be given."""
    return _secret_in(request, config) or secrets.token_urlsafe(_SECRET_BYTES)


def give_cookie(response: Response, config: DeskConfig, secret: str) -> None:
    """Until the browser is closed. One for all tabs: several may be on their way to the provider at once."""
    response.set_cookie(_name(config), secret, path="/", httponly=True, samesite="lax", secure=config.is_https)


def form_token(secret: str) -> str:
    return _mark(secret, _FORM)


def is_own_form(request: Request, config: DeskConfig, token: str) -> bool:
    secret = _secret_in(request, config)
    return secret is not None and hmac.compare_digest(token.encode(), form_token(secret).encode())


def new_state(secret: str) -> str:
    """A value of 256 random bits that this browser can show to be its own."""
    chosen = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{chosen}.{_mark(secret, chosen)}"


def is_own_state(request: Request, config: DeskConfig, state: str) -> bool:
    secret = _secret_in(request, config)
    chosen, _, mark = state.partition(".")
    return secret is not None and hmac.compare_digest(mark.encode(), _mark(secret, chosen).encode())


def _mark(secret: str, of: str) -> str:
    return hmac.digest(secret.encode(), of.encode(), hashlib.sha256).hex()


def _secret_in(request: Request, config: DeskConfig) -> str | None:
    found = request.cookies.get(_name(config), "")
    return found if _SECRET.fullmatch(found) else None


def _name(config: DeskConfig) -> str:
    return "__Host-ebbwatch_browser" if config.is_https else "ebbwatch_browser"
