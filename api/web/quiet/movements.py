"""What branches, industries and the bank did as one: a line a group and week, instead of an alert a client."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Response

from api.quiet.movements import MovementQuery, search_movements
from api.web.listing import listing
from api.web.rendering import render
from api.web.visitor import AlertReader
from schemas.vocabulary import GroupName

router = APIRouter(include_in_schema=False)
MOVEMENTS = "/desk/movements"


@router.get(MOVEMENTS)
def movements_page(visitor: AlertReader) -> Response:
    """The list, newest week first, narrowed by the filters in its address; of branches, a branch sees its own."""
    found = listing(
        visitor, MOVEMENTS, MovementQuery, lambda query: search_movements(visitor.tx, visitor.caller, query)
    )
    return render(visitor, "movements.html", status=found.status, found=found, kinds=get_args(GroupName))
