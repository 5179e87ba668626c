"""What the desk adds to the application."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.problems import kind_of
from api.web import assets, operations
from api.web.alerts import live, monday
from api.web.casework_pages import ROUTERS
from api.web.clients import alerts as client_alerts
from api.web.clients import listing as client_list
from api.web.clients import page as client
from api.web.error_page import error_page, failed_sign_in_page
from api.web.errors import SignInFailed, SignInNeeded
from api.web.language import catalogues as languages
from api.web.paths import sign_in_path
from api.web.sign_in import page as sign_in
from api.web.sign_in import sign_out

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Add the doors and the pages of errors. The routers of the other pages are included by their own module."""
    app.state.error_page = error_page
    for part in (
        assets,
        languages,
        sign_in,
        sign_out,
        monday,
        live,
        client_list,
        client,
        client_alerts,
        operations,
    ):
        app.include_router(part.router)
    for router in ROUTERS:
        app.include_router(router)

    @app.exception_handler(SignInNeeded)
    async def _on_sign_in_needed(_request: Request, error: SignInNeeded) -> Response:
        return RedirectResponse(sign_in_path(error.back_to), 303)

    @app.exception_handler(SignInFailed)
    async def _on_sign_in_failed(request: Request, error: SignInFailed) -> Response:
        log.warning("sign-in failed", extra={"reason": error.reason, "said": str(error)})
        return failed_sign_in_page(request, error, kind_of(error).status)
