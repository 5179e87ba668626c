"""What branches, industries and the bank did as one: a line a group and week, instead of an alert a client."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Request, Response

from acts.roles import Permission
from api.quiet.movements import MovementQuery, search_movements
from api.reading import Reading
from api.web.listing import listing
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.vocabulary import GroupName

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_ALERTS)]
MOVEMENTS = "/desk/movements"


@router.get(MOVEMENTS)
def movements_page(request: Request, visitor: Reader, reading: Reading) -> Response:
    """The list, the newest week first, narrowed by the filters in its address."""
    found = listing(
        request, MOVEMENTS, MovementQuery, lambda query: search_movements(reading.tx, visitor.caller, query)
    )
    kinds = get_args(GroupName)
    return render(request, "movements.html", status=found.status, visitor=visitor, found=found, kinds=kinds)
