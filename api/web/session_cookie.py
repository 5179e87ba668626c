"""The cookie that a session is known by."""

from __future__ import annotations

from fastapi import Request, Response

from api.desk_config import DeskConfig


def cookie_name(config: DeskConfig) -> str:
    """With `__Host-` a browser takes the cookie from this host alone, and over TLS alone (RFC 6265bis, 4.1.3.2)."""
    return "__Host-ebbwatch_session" if config.is_https else "ebbwatch_session"


def token_of(request: Request, config: DeskConfig) -> str | None:
    return request.cookies.get(cookie_name(config)) or None


def give_cookie(response: Response, config: DeskConfig, token: str) -> None:
    """Without Max-Age: it ends with the browser at the latest, and with its row before that."""
    response.set_cookie(cookie_name(config), token, path="/", httponly=True, samesite="lax", secure=config.is_https)


def take_cookie(response: Response, config: DeskConfig) -> None:
    response.delete_cookie(cookie_name(config), path="/", httponly=True, samesite="lax", secure=config.is_https)
