"""GET /movements: what branches, industries and the bank did as one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from acts.callers import Caller
from api.auth import AlertReader
from api.deps import Deps
from api.pagination import ListQuery
from api.paths import V1
from schemas.http import Line, Page, WeekString
from schemas.http_movements import MovementBody
from schemas.verdicts import GroupKind
from schemas.vocabulary import GroupName
from schemas.weeks import format_week, parse_week
from store.quiet import movements
from store.quiet.movements import GroupWeek, MovementFilter, MovementPlace
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/movements", tags=["alerts"])


class MovementQuery(ListQuery):
    """Filters of the movements."""

    kind: GroupName | None = None
    name: Line | None = Field(None, description="of the branch or industry")
    since: WeekString | None = Field(None, description="that week or later")


@router.get("")
def list_movements(caller: AlertReader, deps: Deps, query: Annotated[MovementQuery, Query()]) -> Page[MovementBody]:
    """Movements, the newest week first. Of branches, a branch sees its own."""
    with deps.store.read() as tx:
        return search_movements(tx, caller, query)


def search_movements(tx: Tx, caller: Caller, query: MovementQuery) -> Page[MovementBody]:
    """One page, of what the caller may see."""
    after = query.after("movements", MovementPlace)
    wanted = MovementFilter(
        kind=None if query.kind is None else GroupKind(query.kind),
        name=query.name,
        since=None if query.since is None else parse_week(query.since),
    )
    rows = movements.search(tx, wanted, only_branch=caller.branch, after=after, limit=query.limit + 1)
    return query.page("movements", rows, lambda row: row.place, movement_body)


def movement_body(row: GroupWeek) -> MovementBody:
    return MovementBody(
        kind=row.kind.value,
        name=row.name,
        week=format_week(row.week),
        baseline=row.baseline.value,
        size_pct=round(row.size_pct, 1),
        quiet=row.quiet,
        clients=row.clients,
        clients_moved=row.moved,
        clients_concerned=row.concerned,
    )
