"""What it brought: a table a question, each with what its figures are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from api.figures.figure_routes import FiguresQuery, figures_body
from api.web.forms import BadFields, FormState
from api.web.listing import downloads, read_query, sent_by_address, typed_values
from api.web.rendering import render
from api.web.visitor import FiguresReader, Visitor
from schemas.errors import NotAllowedByRules
from schemas.http_figures import FiguresBody
from schemas.weeks import NotAWeek, format_week, parse_week

router = APIRouter(include_in_schema=False)
FIGURES = "/desk/figures"


_FIELDS = ("first", "last", "branch")
_FIELD_OF = {"from": "first", "to": "last"}  # the field of the page for that of the API


@router.get(FIGURES)
def figures_page(visitor: FiguresReader) -> Response:
    """The figures of the period in the address: which weeks, both counted, and which branch; empty: the year up to
    now, and all.
    """
    period, wrong = typed_values(visitor.request.query_params, _FIELDS), FormState()
    try:
        figures = read_figures(visitor, period)
    except (BadFields, NotAllowedByRules) as error:
        wrong = sent_by_address(visitor, {**period, "from": ""}).state(error)
        figures = read_figures(visitor, {})
    return render(
        visitor,
        "figures.html",
        status=200 if wrong == FormState() else 422,
        figures=figures,
        rows=[figures.total, *figures.branches] if len(figures.branches) != 1 else figures.branches,
        last_week=format_week(parse_week(figures.to_week) - 1),
        period=period,
        wrong=wrong,
        downloads=downloads(FIGURES, period),
    )


def read_figures(visitor: Visitor, period: Mapping[str, str] | None = None) -> FiguresBody:
    """The figures of `period`, by default that of the address. Raises BadFields; NotAllowedByRules where it runs
    backwards.
    """
    if period is None:
        period = typed_values(visitor.request.query_params, _FIELDS)
    try:
        query = read_query(FiguresQuery, period, _asks)
    except BadFields as error:
        wrong = [{**item, "loc": (_FIELD_OF.get(str(item["loc"][0]), "branch"),)} for item in error.errors]
        raise BadFields(wrong) from None
    return figures_body(visitor.tx, visitor.deps, visitor.caller, query)


def _asks(given: Mapping[str, str]) -> dict[str, Any]:
    """Of the API, whose period ends before a week."""
    asked = {"from": given.get("first"), "branch": given.get("branch")}
    return asked | ({"to": _week_after(given["last"])} if "last" in given else {})


def _week_after(text: str) -> str:
    """Of what is no week, the text itself: the API says what is wrong with it."""
    try:
        return format_week(parse_week(text) + 1)
    except NotAWeek:
        return text
