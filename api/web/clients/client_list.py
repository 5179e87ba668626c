"""The clients, to be looked for by name, number, tier and state."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Response

from api.clients.reading import ClientQuery, search_clients
from api.web.alerts.rows import picture
from api.web.listing import listing
from api.web.rendering import render
from api.web.visitor import ClientReader
from schemas.vocabulary import ClientState
from store.clients import sparklines

router = APIRouter(include_in_schema=False)
PATH = "/desk/clients"


@router.get(PATH)
def clients(visitor: ClientReader) -> Response:
    """The list, each client with its year of turnover."""
    tx, deps = visitor.tx, visitor.deps
    found = listing(visitor, PATH, ClientQuery, lambda query: search_clients(tx, deps, visitor.caller, query))
    volumes = sparklines.load_turnover(tx, {client.client_id for client in found.items})
    pictures = {client_id: picture(visitor, line) for client_id, line in volumes.items()}
    return render(
        visitor,
        "clients.html",
        status=found.status,
        found=found,
        pictures=pictures,
        states=get_args(ClientState),
        tiers=[rules.tier for rules in deps.policy.tiers],
    )
