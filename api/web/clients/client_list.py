"""The clients, to be looked for by name, number, tier and state."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Request, Response

from api.clients.reading import ClientQuery, search_clients
from api.deps import Deps
from api.reading import Reading
from api.web.alerts.rows import picture
from api.web.clients.client_page import Reader
from api.web.listing import listing
from api.web.rendering import render
from schemas.vocabulary import ClientState
from store.clients import sparklines

router = APIRouter(include_in_schema=False)
PATH = "/desk/clients"


@router.get(PATH)
def clients(request: Request, visitor: Reader, deps: Deps, reading: Reading) -> Response:
    """The list, each client with its year of turnover."""
    tx = reading.tx
    found = listing(request, PATH, ClientQuery, lambda query: search_clients(tx, deps, visitor.caller, query))
    volumes = sparklines.load_turnover(tx, {client.client_id for client in found.items})
    pictures = {client_id: picture(deps, visitor.language, line) for client_id, line in volumes.items()}
    return render(
        request,
        "clients.html",
        status=found.status,
        visitor=visitor,
        found=found,
        pictures=pictures,
        states=get_args(ClientState),
        tiers=[rules.tier for rules in deps.policy.tiers],
    )
