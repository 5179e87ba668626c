"""Figures and cases as files, as their pages show them: what the API exports, for a browser that is signed in."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.figures.list_tables import cases_table
from api.figures.spreadsheets import Table, csv_response, xlsx_response
from api.figures.tables import figures_table, precision_table
from api.web.cases.case_list import CASES, query_of
from api.web.figures.figures_page import FIGURES, read_figures
from api.web.forms import BadFields
from api.web.visitor import CaseReader, FiguresReader, Visitor
from schemas.errors import NotAllowedByRules
from schemas.http_figures import FiguresBody

router = APIRouter(include_in_schema=False)


@router.get(f"{FIGURES}.csv")
def figures_csv(visitor: FiguresReader) -> Response:
    """The figures of the period in the address."""
    return _file(visitor, FIGURES, lambda: csv_response(figures_table(_read_figures(visitor))))


@router.get(f"{FIGURES}.xlsx")
def figures_xlsx(visitor: FiguresReader) -> Response:
    """The same as a workbook."""

    def make() -> Response:
        body = _read_figures(visitor)
        return xlsx_response("figures", [figures_table(body), precision_table(body)])

    return _file(visitor, FIGURES, make)


@router.get(f"{CASES}.csv")
def cases_csv(visitor: CaseReader) -> Response:
    """The list of cases with its filters, from its beginning."""
    return _file(visitor, CASES, lambda: csv_response(_cases_table(visitor)))


@router.get(f"{CASES}.xlsx")
def cases_xlsx(visitor: CaseReader) -> Response:
    """The same as a workbook."""
    return _file(visitor, CASES, lambda: xlsx_response("cases", [_cases_table(visitor)]))


def _read_figures(visitor: Visitor) -> FiguresBody:
    body = read_figures(visitor)
    visitor.reading.close()  # before the file is sent, however slowly: writers would wait for it
    return body


def _cases_table(visitor: Visitor) -> Table:
    """Read page by page in transactions of its own, as it may be long."""
    visitor.reading.close()
    return cases_table(visitor.deps, visitor.caller, query_of(visitor))


def _file(visitor: Visitor, page: str, make: Callable[[], Response]) -> Response:
    """Where the address does not fit, its page says why."""
    try:
        return make()
    except (BadFields, NotAllowedByRules):
        return RedirectResponse(f"{page}?{visitor.request.url.query}", 303)
