"""GET /clients/{id}/peers and /clients/{id}/presets: what a client's change is to be seen against."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth import ClientReader
from api.clients.client_routes import ClientId
from api.clients.reading import get_client_row, get_peers_body, presets_body
from api.deps import Deps
from api.paths import V1
from schemas.http_peers import PeersBody, PresetsBody

router = APIRouter(prefix=V1, tags=["clients"])


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
