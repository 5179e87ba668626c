"""The figures and the lists of alerts and cases as files: what the caller sees there, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.alerts.listing import AlertQuery, alert_page
from api.auth import AlertReader, CaseReader
from api.cases.case_routes import CaseQuery, list_cases
from api.deps import ApiDeps, Deps
from api.figures.figure_routes import FiguresQuery, FiguresReader, figures_body
from api.figures.spreadsheets import XLSX, Cell, Table, csv_response, xlsx_response
from api.figures.tables import figures_table, precision_table
from api.pagination import ListQuery
from api.paths import V1
from schemas.http import Body, Page
from schemas.http_alerts import AlertBody
from schemas.http_cases import CaseBody

router = APIRouter(prefix=V1, tags=["exports"])
Q = TypeVar("Q", bound=ListQuery)
B = TypeVar("B", bound=Body)
ROWS_A_PAGE = 2000  # ten times what a reader may ask for: the ranking is gone through once a page
_ALERT_COLUMNS = (
    "alert_id", "client_id", "client_name", "branch_id", "tier", "grade", "state", "direction", "series", "week",
    "opened_week", "value_at_risk", "currency", "summary_en", "summary_zh", "assignee", "snoozed_until",
    "snooze_reason", "outcome", "outcome_note", "recovered_week", "quiet_weeks", "policy_version", "held_out",
    "revision", "label", "strength", "onset_week", "weeks_left_least", "weeks_left_most",
)  # fmt: skip
_EXPLAINED = _ALERT_COLUMNS[-5:]
_CASE_COLUMNS = (
    "case_id", "client_id", "client_name", "branch_id", "tier", "state", "origin", "alarm", "lead", "opened_at",
    "opened_week", "diary_date", "closed_at", "times_reopened", "truth", "retention", "cause", "value_at_risk",
    "currency", "revision",
)  # fmt: skip
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_EXCEL: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/figures.csv", response_class=StreamingResponse, responses=_CSV)
def export_figures_csv(
    caller: FiguresReader, deps: Deps, query: Annotated[FiguresQuery, Query()]
) -> StreamingResponse:
    """The figures, a row a branch and the total last."""
    return csv_response(figures_table(figures_body(deps, caller, query)))


@router.get("/figures.xlsx", response_class=StreamingResponse, responses=_EXCEL)
def export_figures_xlsx(
    caller: FiguresReader, deps: Deps, query: Annotated[FiguresQuery, Query()]
) -> StreamingResponse:
    """The same as a workbook, with the precision of each policy on a sheet of its own."""
    body = figures_body(deps, caller, query)
    return xlsx_response("figures", [figures_table(body), precision_table(body)])


@router.get("/alerts.csv", response_class=StreamingResponse, responses=_CSV)
def export_alerts_csv(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> StreamingResponse:
    """The list of alerts with its filters and in its order: all of it, whatever `limit` says."""
    return csv_response(_alerts(deps, lambda page: alert_page(deps, caller, page), query))


@router.get("/alerts.xlsx", response_class=StreamingResponse, responses=_EXCEL)
def export_alerts_xlsx(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> StreamingResponse:
    """The same as a workbook."""
    return xlsx_response("alerts", [_alerts(deps, lambda page: alert_page(deps, caller, page), query)])


@router.get("/cases.csv", response_class=StreamingResponse, responses=_CSV)
def export_cases_csv(caller: CaseReader, deps: Deps, query: Annotated[CaseQuery, Query()]) -> StreamingResponse:
    """The list of cases with its filters and in its order: all of it, whatever `limit` says."""
    return csv_response(_cases(deps, lambda page: list_cases(caller, deps, page), query))


@router.get("/cases.xlsx", response_class=StreamingResponse, responses=_EXCEL)
def export_cases_xlsx(caller: CaseReader, deps: Deps, query: Annotated[CaseQuery, Query()]) -> StreamingResponse:
    """The same as a workbook."""
    return xlsx_response("cases", [_cases(deps, lambda page: list_cases(caller, deps, page), query)])


def _alerts(deps: ApiDeps, read: Callable[[AlertQuery], Page[AlertBody]], query: AlertQuery) -> Table:
    def flat(body: AlertBody) -> dict[str, Any]:
        why = dict.fromkeys(_EXPLAINED) if body.explanation is None else dict(body.explanation)
        said = {"summary_en": body.summary.en, "summary_zh": body.summary.zh}
        return dict(body) | said | {column: why[column] for column in _EXPLAINED}

    return _table(deps, "alerts", _ALERT_COLUMNS, read, query, flat)


def _cases(deps: ApiDeps, read: Callable[[CaseQuery], Page[CaseBody]], query: CaseQuery) -> Table:
    return _table(deps, "cases", _CASE_COLUMNS, read, query, dict)


def _table(
    deps: ApiDeps,
    name: str,
    columns: Sequence[str],
    read: Callable[[Q], Page[B]],
    query: Q,
    flat: Callable[[B], Mapping[str, Any]],
) -> Table:
    """The first page is read at once, so that what cannot be read is refused and not broken off."""
    first = read(_part(query, query.cursor))
    zone = deps.calendar.zone
    header = [f"{column} ({zone.key})" if column.endswith("_at") else column for column in columns]

    def rows(page: Page[B]) -> list[list[Cell]]:
        return [[_cell(deps, column, told[column]) for column in columns] for told in map(flat, page.items)]

    def pages() -> Iterator[list[list[Cell]]]:
        page = first
        yield rows(page)
        while page.next is not None:
            page = read(_part(query, page.next))
            yield rows(page)

    return Table(name, header, pages())


def _part(query: Q, cursor: str | None) -> Q:
    return query.model_copy(update={"limit": ROWS_A_PAGE, "cursor": cursor})


def _cell(deps: ApiDeps, column: str, value: Any) -> Cell:
    if column == "value_at_risk":
        return Decimal(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(deps.calendar.zone).replace(tzinfo=None, microsecond=0)
    cell: Cell = value
    return cell
