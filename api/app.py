"""The HTTP application. Nothing is read from the environment: all it needs is in ApiDeps."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api import docs_page, health, notices, openapi, problems
from api.alerts import bulk as alert_bulk
from api.alerts import routes as alerts
from api.alerts import totals as alert_totals
from api.cases import members as case_members
from api.cases import routes as cases
from api.cases import tasks as case_tasks
from api.clients import peers as client_peers
from api.clients import routes as clients
from api.context import RequestContext
from api.deps import ApiDeps
from api.figures import exports
from api.figures import routes as figures
from api.operations import audit, dead_letters, held_weeks
from api.policies import routes as policies
from api.quiet import calendar, movements
from api.remedies import decisions as remedy_decisions
from api.remedies import routes as remedies
from api.remedies import what_if
from api.web import desk
from api.web.security import PageHeaders

_PARTS = (
    client_peers,  # before clients, whose last route takes every path below /clients
    clients,
    alerts,
    alert_bulk,
    alert_totals,
    movements,
    calendar,
    cases,
    case_members,
    case_tasks,
    remedies,
    remedy_decisions,
    what_if,
    dead_letters,
    held_weeks,
    figures,
    exports,
    policies,
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
