"""What the desk adds to the application."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from api.web import assets, languages
from api.web.errors import SignInNeeded
from api.web.paths import sign_in_path


def install(app: FastAPI) -> None:
    """Add the doors. The routers of the pages are included by their own module."""
    for part in (assets, languages):
        app.include_router(part.router)

    @app.exception_handler(SignInNeeded)
    async def _on_sign_in_needed(_request: Request, error: SignInNeeded) -> RedirectResponse:
        return RedirectResponse(sign_in_path(error.back_to), 303)
