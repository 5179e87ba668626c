"""GET /figures: what it brought, by branch and in all."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from acts.callers import Caller
from acts.roles import Permission
from api.auth import needing
from api.deps import ApiDeps, Deps
from api.figures.bodies import figures_row
from api.paths import V1
from casework.figures.tally import total
from schemas.errors import NotAllowedByRules
from schemas.http import Body, Line, WeekString
from schemas.http_figures import FiguresBody
from schemas.weeks import format_week, parse_week, week_of_date
from store.figures import branch_figures
from store.figures.scope import Scope
from store.unit_of_work import Tx

router = APIRouter(prefix=V1, tags=["figures"])
YEAR_WEEKS = 52
_FIRST_WEEK = week_of_date(date.min)  # a Monday
FiguresReader = Annotated[Caller, needing(Permission.READ_FIGURES)]


class FiguresQuery(Body):
    """Which weeks, half-open: from <= week < to. Nothing said: the year up to and with this week."""

    branch: Line | None = None
    from_week: WeekString | None = Field(None, alias="from", description="first week; 52 before `to` if not given")
    to_week: WeekString | None = Field(
        None, alias="to", description="first week not counted; next week if not given"
    )


@router.get("/figures")
def get_figures(caller: FiguresReader, deps: Deps, query: Annotated[FiguresQuery, Query()]) -> FiguresBody:
    """Alerts, cases, money, time and the hold-out: a row a branch and the total."""
    with deps.store.read() as tx:
        return figures_body(tx, deps, caller, query)


def figures_body(tx: Tx, deps: ApiDeps, caller: Caller, query: FiguresQuery) -> FiguresBody:
    """Of what the caller may see. Raises NotAllowedByRules for weeks that run backwards."""
    today = deps.today()
    end = week_of_date(today) + 1 if query.to_week is None else parse_week(query.to_week)
    first = max(end - YEAR_WEEKS, _FIRST_WEEK) if query.from_week is None else parse_week(query.from_week)
    if first >= end:
        raise NotAllowedByRules("from", f"{format_week(first)} is not before {format_week(end)}")
    scope = Scope(first, end, today, deps.calendar, caller.branch, query.branch)
    tallies = branch_figures.load_tallies(tx, scope, deps.rules.hold_out, deps.rules.retention)
    return FiguresBody(
        from_week=format_week(first),
        to_week=format_week(end),
        total=figures_row(None, total(tallies.values()), deps),
        branches=[figures_row(branch, tallies[branch], deps) for branch in sorted(tallies)],
    )
