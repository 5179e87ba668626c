"""The HTTP application. Nothing is read from the environment: all it needs is in ApiDeps."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api import docs_page, health, notices, openapi, problems
from api.alerts import alert_bulk, alert_routes, alert_totals
from api.cases import case_members, case_routes, case_tasks
from api.clients import client_routes
from api.context import RequestContext
from api.deps import ApiDeps
from api.figures import exports, figure_routes
from api.operations import audit, dead_letters, held_weeks
from api.policies import policy_routes
from api.quiet import calendar, movements
from api.remedies import remedy_decisions, remedy_routes, what_if
from api.web import desk
from api.web.security import PageHeaders

_PARTS = (
    client_routes,
    alert_routes,
    alert_bulk,
    alert_totals,
    movements,
    calendar,
    case_routes,
    case_members,
    case_tasks,
    remedy_routes,
    remedy_decisions,
    what_if,
    dead_letters,
    held_weeks,
    figure_routes,
    exports,
    policy_routes,
    notices,
    audit,
    health,
)


class Application(FastAPI):
    """FastAPI whose document tells of problems as they are answered."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = openapi.with_problems(super().openapi())
        return self.openapi_schema


def create_app(deps: ApiDeps) -> FastAPI:
    """The application on its dependencies. 1. Context and problems. 2. Routes. 3. Health and documentation."""
    app = Application(
        title="Ebbwatch",
        version="1",
        summary="Which corporate clients are quietly leaving, and what people do about it.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat a POST elsewhere
    )
    app.state.deps = deps
    app.add_middleware(PageHeaders)
    app.add_middleware(RequestContext)  # the last one added is the outermost
    problems.install(app)
    # Each router has its whole path: included under a prefix, a route would not know its own name for the metrics.
    for part in _PARTS:
        app.include_router(part.router)
    docs_page.install(app)
    desk.install(app)
    return app
