"""The lists of alerts and cases as tables: all of each, whatever `limit` says, as the caller sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from acts.callers import Caller
from api.alerts.listing import AlertQuery, search_alerts
from api.cases.reading import CaseQuery, search_cases
from api.deps import ApiDeps
from api.figures.spreadsheets import Cell, Table
from api.pagination import ListQuery
from schemas.http import Body, Page
from schemas.http_alerts import AlertBody
from schemas.http_cases import CaseBody
from store.unit_of_work import Tx

Q = TypeVar("Q", bound=ListQuery)
B = TypeVar("B", bound=Body)
ROWS_A_PAGE = 2000  # ten times what a reader may ask for: the ranking is gone through once a page
_ALERT_COLUMNS = (
    "alert_id", "client_id", "client_name", "branch_id", "tier", "grade", "state", "direction", "series", "week",
    "opened_week", "value_at_risk", "income_at_risk", "currency", "summary_en", "summary_zh", "assignee",
    "snoozed_until", "snooze_reason", "outcome", "outcome_note", "recovered_week", "quiet_weeks", "policy_version",
    "held_out", "revision", "label", "strength", "onset_week", "weeks_left_least", "weeks_left_most", "weeks_left",
    "bucket", "weeks_without_payment",
)  # fmt: skip
_EXPLAINED = ("label", "strength", "weeks_left_least", "weeks_left_most")
_CASE_COLUMNS = (
    "case_id", "client_id", "client_name", "branch_id", "tier", "state", "origin", "alarm", "lead", "opened_at",
    "opened_week", "diary_date", "closed_at", "times_reopened", "truth", "retention", "cause", "value_at_risk",
    "currency", "revision",
)  # fmt: skip


def alerts_table(deps: ApiDeps, caller: Caller, query: AlertQuery) -> Table:
    """With its filters and in its order."""

    def read(tx: Tx, part: AlertQuery) -> Page[AlertBody]:
        return search_alerts(tx, deps, caller, part)

    def flat(body: AlertBody) -> dict[str, Any]:
        why = dict.fromkeys(_EXPLAINED) if body.explanation is None else dict(body.explanation)
        summary = {"summary_en": body.summary.en, "summary_zh": body.summary.zh}
        return dict(body) | summary | {column: why[column] for column in _EXPLAINED}

    return _table(deps, "alerts", _ALERT_COLUMNS, read, query, flat)


def cases_table(deps: ApiDeps, caller: Caller, query: CaseQuery) -> Table:
    """With its filters and in its order."""

    def read(tx: Tx, part: CaseQuery) -> Page[CaseBody]:
        return search_cases(tx, deps, caller, part)

    return _table(deps, "cases", _CASE_COLUMNS, read, query, dict)


def _table(
    deps: ApiDeps,
    name: str,
    columns: Sequence[str],
    read: Callable[[Tx, Q], Page[B]],
    query: Q,
    flat: Callable[[B], Mapping[str, Any]],
) -> Table:
    """The first page is read at once, so that what cannot be read is refused and not broken off.

    Each page is a transaction of its own: whoever takes an hour to receive the file keeps no snapshot open.
    """

    def read_page(cursor: str | None) -> Page[B]:
        with deps.store.read() as tx:
            return read(tx, query.model_copy(update={"limit": ROWS_A_PAGE, "cursor": cursor}))

    first = read_page(query.cursor)
    zone = deps.calendar.zone
    header = [f"{column} ({zone.key})" if column.endswith("_at") else column for column in columns]

    def rows(page: Page[B]) -> list[list[Cell]]:
        return [[_cell(deps, column, fields[column]) for column in columns] for fields in map(flat, page.items)]

    def pages() -> Iterator[list[list[Cell]]]:
        page = first
        yield rows(page)
        while page.next is not None:
            page = read_page(page.next)
            yield rows(page)

    return Table(name, header, pages())


def _cell(deps: ApiDeps, column: str, value: Any) -> Cell:
    if column in ("value_at_risk", "income_at_risk"):
        return Decimal(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(deps.calendar.zone).replace(tzinfo=None, microsecond=0)
    cell: Cell = value
    return cell
