"""`ebbwatch api`: the HTTP API."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from threading import Event

import uvicorn

from acts.sign_in.local_key import LocalKey
from api.app import create_app
from api.deps import ApiDeps
from api.keys import JwksKeys, Keys
from schemas.errors import BadSetting
from services.bank_rules import bank_rules, policy_of
from services.desk import desk_config
from services.parts import Parts, Work, require_schema, run_process
from services.settings import Settings

DRAIN_S = 5  # requests under way at a stop get this long


def api_work(parts: Parts) -> Work:
    """Claims the port at once, so that a taken one stops the start. Raises BadSetting."""
    settings = parts.settings
    app = create_app(api_deps(parts))
    claimed = _listen(settings.http_host, settings.http_port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        lifespan="off",
    )
    server = uvicorn.Server(config)

    def work(stop: Event) -> None:
        app.state.stopping = stop  # streams of events end by themselves

        def leave() -> None:
            stop.wait()
            server.should_exit = True

        threading.Thread(target=leave, name="api-stop", daemon=True).start()
        server.run(sockets=[claimed])

    return work


def api_deps(parts: Parts) -> ApiDeps:
    """What the application is made of. Raises BadSetting."""
    settings = parts.settings
    return ApiDeps(
        store=parts.store,
        metrics=parts.metrics,
        clock=parts.clock,
        calendar=parts.calendar,
        base_currency=settings.base_currency,
        keys=_keys(settings),
        readiness=lambda: _readiness(parts),
        rules=bank_rules(settings),
        policy=policy_of(settings),
        desk=desk_config(settings),
    )


def _keys(settings: Settings) -> Keys:
    if settings.jwks_url and settings.jwt_issuer and settings.jwt_audience:
        return JwksKeys(settings.jwks_url, settings.jwt_issuer, settings.jwt_audience)
    return LocalKey(settings.data_dir)


def _readiness(parts: Parts) -> Mapping[str, str | None]:
    try:
        require_schema(parts.store)
    except BadSetting as error:
        return {"database": str(error)}
    return {"database": None}


def _listen(host: str, port: int) -> socket.socket:
    claimed = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        claimed.bind((host, port))
    except OSError as error:
        claimed.close()
        raise BadSetting(f"EBBWATCH_HTTP_PORT: port {port} on {host} cannot be had ({error.strerror})") from None
    return claimed


def main() -> None:
    run_process("api", api_work)
