"""People at the desk: the real application, and two pages of our own in it, as bare as a page can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from acts.callers import Caller
from acts.roles import Permission, Role
from acts.sign_in.local_key import LocalKey
from acts.sign_in.sessions import new_session
from api.app import create_app
from api.deps import ApiDeps
from api.desk_config import DeskConfig
from api.web.session_cookie import cookie_name
from api.web.visitor import SignedIn, Visitor, needing_page
from store.sign_in import web_sessions
from store.tables.sign_in import web_session
from store.unit_of_work import Store, open_store
from telemetry.metrics import Metrics
from tests.api.conftest import CALENDAR, Clock
from tests.oidc.running import at_provider, issuer, listening

__all__ = ["at_provider", "issuer", "listening"]  # fixtures like those below

TRIED = "/try"


@dataclass
class Desk:
    """The application with its pages, and people in front of it. `world` is the clock of sessions."""

    app: FastAPI
    store: Store
    key: LocalKey
    world: Clock = field(default_factory=Clock)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.configure(DeskConfig(now=self.world))

    def configure(self, config: DeskConfig) -> None:
        self.app.state.deps = ApiDeps(
            store=self.store,
            metrics=self.metrics,
            clock=Clock(),
            calendar=CALENDAR,
            base_currency="HKD",
            keys=self.key,
            readiness=dict[str, str | None],
            desk=config,
        )

    @property
    def config(self) -> DeskConfig:
        config: DeskConfig = self.app.state.deps.desk
        return config

    def change(self, **settings: object) -> None:
        self.configure(replace(self.config, **settings))

    def later(self, **by: float) -> None:
        self.world.now += timedelta(**by)

    def anyone(self) -> TestClient:
        """A browser with nothing in it. Redirects are shown, not followed."""
        return TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)

    def a(self, role: str, branch: str | None = None, user: str = "staff-17") -> TestClient:
        """A browser whose person is signed in."""
        person, caller = self.anyone(), Caller(user, Role(role), branch)
        token, session = new_session(caller, self.config.now(), self.config.session)
        with self.store.write() as tx:
            web_sessions.add_session(tx, session)
        person.cookies.set(cookie_name(self.config), token)
        person.headers["X-Test-Token"] = session.csrf  # tests read it here; the application never does
        return person


def csrf_of(person: TestClient) -> str:
    return person.headers["X-Test-Token"]


@pytest.fixture(scope="session")
def tried_app(local_key: LocalKey) -> FastAPI:
    """The application with a page for anybody, a page for managers, and a form."""
    app = create_app(
        ApiDeps(open_store("sqlite://"), Metrics(), Clock(), CALENDAR, "HKD", local_key, dict[str, str | None])
    )

    @app.get(f"{TRIED}/page")
    def page(visitor: SignedIn) -> dict[str, str | None]:
        caller = visitor.caller
        return {"user": caller.actor, "role": caller.role, "branch": caller.branch, "language": visitor.language}

    @app.api_route(f"{TRIED}/case", methods=["GET", "POST"])
    def case(visitor: Annotated[Visitor, needing_page(Permission.FORM_CASES)]) -> str:
        return visitor.caller.actor

    @app.post(f"{TRIED}/form")
    def form(visitor: SignedIn) -> str:
        return visitor.caller.actor

    return app


@pytest.fixture
def desk(tried_app: FastAPI, sqlite_store: Store, local_key: LocalKey) -> Desk:
    return Desk(tried_app, sqlite_store, local_key)


@pytest.fixture
def seen_of() -> Callable[[Desk], datetime]:
    """When the one session there is was seen last."""

    def seen(desk: Desk) -> datetime:
        with desk.store.read() as tx:
            return tx.execute(sa.select(web_session.c.seen_at)).scalar_one()

    return seen


@pytest.fixture
def rewrite() -> Callable[..., None]:
    """Change columns of every session."""

    def change(desk: Desk, **columns: object) -> None:
        with desk.store.write() as tx:
            tx.execute(sa.update(web_session).values(columns))

    return change
