"""Headers that a browser holds the pages to. The API's own, which allow nothing at all, are in api.context.

See docs/decisions/0020-the-desk.md.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import ApiDeps
from api.desk_config import DeskConfig

# Plotly adds two style elements: one that is empty and filled by script, and the stylesheet of its maps. Each is
# allowed by the hash of its content. It sets no style attribute as long as a chart's texts are plain (no <b>, <a>,
# <br>). tests/api/web/sign_in/test_in_a_browser.py sees what a new version needs.
_PLOTLY_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
)
_HSTS = "max-age=31536000"  # a year; without the bank's other hosts, which are not ours to speak for
_PAGE = (
    # A form's origin is sent for its check, and nothing of an address leaves this host.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


class PageHeaders:
    """ASGI middleware, inside of api.context.RequestContext, which adds its own only where these left none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                deps: ApiDeps = scope["app"].state.deps
                add_headers(MutableHeaders(scope=message), deps.desk)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def add_headers(headers: MutableHeaders, config: DeskConfig) -> None:
    """What is there already stays: /docs has a policy of its own."""
    if config.is_https:
        headers.setdefault("Strict-Transport-Security", _HSTS)
    if headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("Content-Security-Policy", content_security_policy(config))
        for name, value in _PAGE:
            headers.setdefault(name, value)


def content_security_policy(config: DeskConfig) -> str:
    """Nothing from elsewhere and nothing inline: a name or note that breaks out of its place runs no script.

    A browser follows a form's redirects only to where `form-action` allows: signing out, and a form sent after the
    session ended, lead to the identity provider.
    """
    provider = sorted(config.provider.origins) if config.provider else []
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {_PLOTLY_STYLES}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        " ".join(["form-action 'self'", *provider]),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)
