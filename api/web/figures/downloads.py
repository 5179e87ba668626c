"""Figures and cases as files, as their pages show them: the API's own exports, for a browser that is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import Deps
from api.figures.exports import export_cases_csv, export_cases_xlsx, export_figures_csv, export_figures_xlsx
from api.roles import Permission
from api.web.cases import case_list
from api.web.figures import figures_page
from api.web.forms import BadFields
from api.web.sign_in.session import Visitor, needing_page
from casework.alerts.actions import NotAllowedByRules

router = APIRouter(include_in_schema=False)
FiguresReader = Annotated[Visitor, needing_page(Permission.READ_FIGURES)]
CaseReader = Annotated[Visitor, needing_page(Permission.READ_CASES)]


@router.get(f"{figures_page.FIGURES}.csv")
def figures_csv(request: Request, visitor: FiguresReader, deps: Deps) -> Response:
    """The figures of the period in the address."""
    period = figures_page.period_of(request.query_params.multi_items())
    return _file(request, figures_page.FIGURES, lambda: export_figures_csv(visitor.caller, deps, period.query()))


@router.get(f"{figures_page.FIGURES}.xlsx")
def figures_xlsx(request: Request, visitor: FiguresReader, deps: Deps) -> Response:
    """The same as a workbook."""
    period = figures_page.period_of(request.query_params.multi_items())
    return _file(request, figures_page.FIGURES, lambda: export_figures_xlsx(visitor.caller, deps, period.query()))


@router.get(f"{case_list.CASES}.csv")
def cases_csv(request: Request, visitor: CaseReader, deps: Deps) -> Response:
    """The list of cases with its filters, from its beginning."""
    query, actor = case_list.filters_of(request.query_params.multi_items()), visitor.caller.actor
    return _file(request, case_list.CASES, lambda: export_cases_csv(visitor.caller, deps, query.query(actor)))


@router.get(f"{case_list.CASES}.xlsx")
def cases_xlsx(request: Request, visitor: CaseReader, deps: Deps) -> Response:
    """The same as a workbook."""
    query, actor = case_list.filters_of(request.query_params.multi_items()), visitor.caller.actor
    return _file(request, case_list.CASES, lambda: export_cases_xlsx(visitor.caller, deps, query.query(actor)))


def _file(request: Request, page: str, make: Callable[[], Response]) -> Response:
    """Where the address does not fit, its page says why."""
    try:
        return make()
    except (BadFields, NotAllowedByRules):
        return RedirectResponse(f"{page}?{request.url.query}", 303)
