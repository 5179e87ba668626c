"""Figures and cases as files, as their pages show them: what the API exports, for a browser that is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from acts.roles import Permission
from api.deps import ApiDeps, Deps
from api.figures.figure_routes import figures_body
from api.figures.list_tables import cases_table
from api.figures.spreadsheets import Table, csv_response, xlsx_response
from api.figures.tables import figures_table, precision_table
from api.reading import Reading, Snapshot
from api.web.cases import case_list
from api.web.figures import figures_page
from api.web.forms import BadFields
from api.web.sign_in.session import Visitor, needing_page
from schemas.errors import NotAllowedByRules
from schemas.http_figures import FiguresBody

router = APIRouter(include_in_schema=False)
FiguresReader = Annotated[Visitor, needing_page(Permission.READ_FIGURES)]
CaseReader = Annotated[Visitor, needing_page(Permission.READ_CASES)]


@router.get(f"{figures_page.FIGURES}.csv")
def figures_csv(request: Request, visitor: FiguresReader, deps: Deps, reading: Reading) -> Response:
    """The figures of the period in the address."""

    def make() -> Response:
        return csv_response(figures_table(_read_figures(request, visitor, deps, reading)))

    return _file(request, figures_page.FIGURES, make)


@router.get(f"{figures_page.FIGURES}.xlsx")
def figures_xlsx(request: Request, visitor: FiguresReader, deps: Deps, reading: Reading) -> Response:
    """The same as a workbook."""

    def make() -> Response:
        body = _read_figures(request, visitor, deps, reading)
        return xlsx_response("figures", [figures_table(body), precision_table(body)])

    return _file(request, figures_page.FIGURES, make)


@router.get(f"{case_list.CASES}.csv")
def cases_csv(request: Request, visitor: CaseReader, deps: Deps, reading: Reading) -> Response:
    """The list of cases with its filters, from its beginning."""
    return _file(request, case_list.CASES, lambda: csv_response(_cases_table(request, visitor, deps, reading)))


@router.get(f"{case_list.CASES}.xlsx")
def cases_xlsx(request: Request, visitor: CaseReader, deps: Deps, reading: Reading) -> Response:
    """The same as a workbook."""

    def make() -> Response:
        return xlsx_response("cases", [_cases_table(request, visitor, deps, reading)])

    return _file(request, case_list.CASES, make)


def _read_figures(request: Request, visitor: Visitor, deps: ApiDeps, reading: Snapshot) -> FiguresBody:
    period = figures_page.period_of(request.query_params.multi_items())
    body = figures_body(reading.tx, deps, visitor.caller, period.query())
    reading.close()  # before the file is sent, however slowly: writers would wait for it
    return body


def _cases_table(request: Request, visitor: Visitor, deps: ApiDeps, reading: Snapshot) -> Table:
    """Read page by page in transactions of its own, as it may be long."""
    reading.close()
    filters, caller = case_list.filters_of(request.query_params.multi_items()), visitor.caller
    return cases_table(deps, caller, filters.query(caller.actor))


def _file(request: Request, page: str, make: Callable[[], Response]) -> Response:
    """Where the address does not fit, its page says why."""
    try:
        return make()
    except (BadFields, NotAllowedByRules):
        return RedirectResponse(f"{page}?{request.url.query}", 303)
