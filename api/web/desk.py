"""What the desk adds to the application."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.desk_errors import SignInFailed, SignInNeeded
from api.problems import kind_of
from api.web import assets, notices, operations
from api.web.alerts import live, monday
from api.web.cases import case_forms, case_list, case_opening, case_task_forms
from api.web.clients import client_alerts, client_list, client_page
from api.web.error_page import error_page, failed_sign_in_page
from api.web.figures import downloads, figures_page
from api.web.language import switching
from api.web.paths import sign_in_path
from api.web.policies import workbench as policies
from api.web.quiet import calendar, movements
from api.web.remedies import approvals, remedy_forms
from api.web.sign_in import sign_in_page, sign_out

log = logging.getLogger(__name__)


PARTS = (
    assets, switching, sign_in_page, sign_out,
    monday, live, client_list, client_page, client_alerts, operations,
    case_list, downloads, case_opening, case_forms, case_task_forms,  # opening before forms: "new" is no case's id
    remedy_forms, approvals, figures_page, policies, calendar, movements, notices,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Add every page, in the order in which their paths are tried, and the pages of errors."""
    app.state.error_page = error_page
    for part in PARTS:
        app.include_router(part.router)

    @app.exception_handler(SignInNeeded)
    async def _on_sign_in_needed(_request: Request, error: SignInNeeded) -> Response:
        return RedirectResponse(sign_in_path(error.back_to), 303)

    @app.exception_handler(SignInFailed)
    async def _on_sign_in_failed(request: Request, error: SignInFailed) -> Response:
        log.warning("sign-in failed", extra={"reason": error.reason, "said": str(error)})
        return failed_sign_in_page(request, error, kind_of(error).status)
