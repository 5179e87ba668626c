"""What it brought: a table a question, each with what its figures are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from acts.roles import Permission
from api.deps import ApiDeps, Deps
from api.figures.figure_routes import FiguresQuery, figures_body
from api.reading import Reading, Snapshot
from api.web.forms import BadFields, Sent, Shown
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.errors import NotAllowedByRules
from schemas.weeks import NotAWeek, format_week, parse_week

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_FIGURES)]
FIGURES = "/desk/figures"
FILES = (("CSV", "csv"), ("Excel", "xlsx"))


@dataclass(frozen=True, slots=True)
class Period:
    """Which weeks, as typed, both of them counted; empty: the year up to now. `branch` empty: all."""

    first: str
    last: str
    branch: str

    def query(self) -> FiguresQuery:
        """For the API, whose period ends before a week. Raises BadFields."""
        named: dict[str, Any] = {"from": self.first or None, "branch": self.branch or None}
        if self.last:
            named["to"] = _week_after(self.last)
        try:
            return FiguresQuery.model_validate(named)
        except ValidationError as error:
            wrong = [dict(item) | {"loc": (_FIELD.get(str(item["loc"][0]), "branch"),)} for item in error.errors()]
            raise BadFields(wrong) from None

    def downloads(self) -> list[tuple[str, str]]:
        """What it is called and where it is, of each kind of file."""
        said = {"first": self.first, "last": self.last, "branch": self.branch}
        query = urlencode({name: value for name, value in said.items() if value})
        return [(name, f"{FIGURES}.{ending}" + (f"?{query}" if query else "")) for name, ending in FILES]


_FIELD = {"from": "first", "to": "last"}


@router.get(FIGURES)
def figures_page(request: Request, visitor: Reader, deps: Deps, reading: Reading) -> Response:
    """The figures of a period."""
    return _page(request, visitor, deps, reading, period_of(request.query_params.multi_items()))


def period_of(given: Iterable[tuple[str, str]]) -> Period:
    said = {name: value.strip() for name, value in given}
    return Period(said.get("first", ""), said.get("last", ""), said.get("branch", ""))


def _page(request: Request, visitor: Visitor, deps: ApiDeps, reading: Snapshot, period: Period) -> Response:
    wrong = Shown()
    try:
        figures = figures_body(reading.tx, deps, visitor.caller, period.query())
    except (BadFields, NotAllowedByRules) as error:
        typed = {"first": [period.first], "last": [period.last], "branch": [period.branch], "from": [""]}
        wrong = Sent(request, typed).shown(error)
        figures = figures_body(reading.tx, deps, visitor.caller, Period("", "", "").query())
    return render(
        request,
        "figures.html",
        status=200 if wrong == Shown() else 422,
        visitor=visitor,
        figures=figures,
        rows=[figures.total, *figures.branches] if len(figures.branches) != 1 else figures.branches,
        last_week=format_week(parse_week(figures.to_week) - 1),
        period=period,
        wrong=wrong,
        downloads=period.downloads(),
    )


def _week_after(text: str) -> str:
    """Of what is no week, the text itself: the API says what is wrong with it."""
    try:
        return format_week(parse_week(text) + 1)
    except NotAWeek:
        return text
