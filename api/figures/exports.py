"""The figures and the lists of alerts and cases as files: what the caller sees there, and nothing more."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.alerts.listing import AlertQuery
from api.auth import AlertReader, CaseReader
from api.cases.reading import CaseQuery
from api.deps import Deps
from api.figures.figure_routes import FiguresQuery, FiguresReader, get_figures
from api.figures.list_tables import alerts_table, cases_table
from api.figures.spreadsheets import XLSX, csv_response, xlsx_response
from api.figures.tables import figures_table, precision_table
from api.paths import V1

router = APIRouter(prefix=V1, tags=["exports"])
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_EXCEL: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/figures.csv", response_class=StreamingResponse, responses=_CSV)
def export_figures_csv(
    caller: FiguresReader, deps: Deps, query: Annotated[FiguresQuery, Query()]
) -> StreamingResponse:
    """The figures, a row a branch and the total last."""
    return csv_response(figures_table(get_figures(caller, deps, query)))


@router.get("/figures.xlsx", response_class=StreamingResponse, responses=_EXCEL)
def export_figures_xlsx(
    caller: FiguresReader, deps: Deps, query: Annotated[FiguresQuery, Query()]
) -> StreamingResponse:
    """The same as a workbook, with the precision of each policy on a sheet of its own."""
    body = get_figures(caller, deps, query)
    return xlsx_response("figures", [figures_table(body), precision_table(body)])


@router.get("/alerts.csv", response_class=StreamingResponse, responses=_CSV)
def export_alerts_csv(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> StreamingResponse:
    """The list of alerts with its filters and in its order: all of it, whatever `limit` says."""
    return csv_response(alerts_table(deps, caller, query))


@router.get("/alerts.xlsx", response_class=StreamingResponse, responses=_EXCEL)
def export_alerts_xlsx(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> StreamingResponse:
    """The same as a workbook."""
    return xlsx_response("alerts", [alerts_table(deps, caller, query)])


@router.get("/cases.csv", response_class=StreamingResponse, responses=_CSV)
def export_cases_csv(caller: CaseReader, deps: Deps, query: Annotated[CaseQuery, Query()]) -> StreamingResponse:
    """The list of cases with its filters and in its order: all of it, whatever `limit` says."""
    return csv_response(cases_table(deps, caller, query))


@router.get("/cases.xlsx", response_class=StreamingResponse, responses=_EXCEL)
def export_cases_xlsx(caller: CaseReader, deps: Deps, query: Annotated[CaseQuery, Query()]) -> StreamingResponse:
    """The same as a workbook."""
    return xlsx_response("cases", [cases_table(deps, caller, query)])
