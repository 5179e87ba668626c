"""GET /clients: who they are, what they moved each week, their alerts, and who their peers are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.alerts.listing import AlertQuery, search_alerts
from api.auth import AlertReader, ClientReader
from api.clients.reading import (
    ClientQuery,
    WeeksQuery,
    client_body,
    get_activity_body,
    get_client_row,
    get_peers_body,
    presets_body,
    search_clients,
)
from api.deps import Deps
from api.paths import V1
from schemas.events import ID_PATTERN
from schemas.http import Page
from schemas.http_alerts import AlertBody
from schemas.http_clients import ActivityBody, ClientBody
from schemas.http_peers import PeersBody, PresetsBody

router = APIRouter(prefix=V1, tags=["clients"])
# Ids may hold a slash, which is why the routes take the rest of the path.
ClientId = Annotated[str, Path(pattern=ID_PATTERN, max_length=64, examples=["C000123"])]


@router.get("/clients/{client_id:path}/peers")
def get_peers(caller: ClientReader, deps: Deps, client_id: ClientId) -> PeersBody:
    """How the client's last quarter compares with that of others in its branch, tier and industry."""
    with deps.store.read() as tx:
        return get_peers_body(tx, get_client_row(tx, deps, caller, client_id))


@router.get("/clients/{client_id:path}/presets")
def get_presets(caller: ClientReader, deps: Deps, client_id: ClientId) -> PresetsBody:
    """The presets of the client's tier."""
    with deps.store.read() as tx:
        return presets_body(tx, deps, get_client_row(tx, deps, caller, client_id).tier)


@router.get("/clients")
def list_clients(caller: ClientReader, deps: Deps, query: Annotated[ClientQuery, Query()]) -> Page[ClientBody]:
    """Clients in the order of their ids."""
    with deps.store.read() as tx:
        return search_clients(tx, deps, caller, query)


@router.get("/clients/{client_id:path}/activity")
def get_activity(
    caller: ClientReader, deps: Deps, client_id: ClientId, query: Annotated[WeeksQuery, Query()]
) -> ActivityBody:
    """Weekly debit and credit with their averages, oldest first, silent weeks included."""
    with deps.store.read() as tx:
        return get_activity_body(tx, deps, get_client_row(tx, deps, caller, client_id), query.weeks)


@router.get("/clients/{client_id:path}/alerts")
def list_client_alerts(
    caller: AlertReader, deps: Deps, client_id: ClientId, query: Annotated[AlertQuery, Query()]
) -> Page[AlertBody]:
    """The client's alerts, closed ones included, worst first."""
    with deps.store.read() as tx:
        get_client_row(tx, deps, caller, client_id)
        return search_alerts(tx, deps, caller, query, client_id=client_id)


@router.get("/clients/{client_id:path}")
def get_client(caller: ClientReader, deps: Deps, client_id: ClientId) -> ClientBody:
    """One client."""
    with deps.store.read() as tx:
        return client_body(get_client_row(tx, deps, caller, client_id))
