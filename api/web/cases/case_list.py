"""The list of cases: which task forces there are, how they stand, and what of theirs is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from acts.roles import Permission, may
from api.cases.reading import CaseQuery, case_list_page
from api.deps import ApiDeps, Deps
from api.errors import BadCursor
from api.reading import Reading, Snapshot
from api.web.figures.figures_page import FILES
from api.web.forms import BadFields, Sent, Shown
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from casework.alerts import sla
from casework.alerts.sla import Deadline
from schemas.http_cases import CaseBody, CaseStateName
from store.cases import case_deadlines
from store.unit_of_work import Tx

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_CASES)]
CASES = "/desk/cases"
EVERY_STATE = "all"
OPEN: tuple[CaseStateName, ...] = tuple(state for state in get_args(CaseStateName) if state != "closed")
_FIELDS = ("state", "branch", "lead", "mine")
_LONGEST = 1000  # of a cursor: no list hands out a longer one
_LATE = frozenset({"breached", "warned"})


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to, as typed: empty for any; `mine` is 1 where it is ticked."""

    values: dict[str, str]
    cursor: str | None

    @property
    def is_any(self) -> bool:
        return any(self.values.values())

    def query(self, actor: str) -> CaseQuery:
        """For the API's list. Raises BadFields. Without a state: all that is not closed."""
        named: dict[str, Any] = {name: self.values[name] for name in ("branch", "lead") if self.values[name]}
        state = self.values["state"]
        named["state"] = list(OPEN) if not state else [] if state == EVERY_STATE else [state]
        named["member"] = actor if self.values["mine"] else None
        try:
            return CaseQuery.model_validate(named | {"cursor": self.cursor})
        except ValidationError as error:
            raise BadFields(error.errors(include_url=False)) from None

    def path(self, cursor: str | None = None, page: str = CASES) -> str:
        """The address of the list with these filters, from `cursor` on; or of another `page` of the same."""
        said = {name: value for name, value in self.values.items() if value} | (
            {"cursor": cursor} if cursor else {}
        )
        return f"{page}?{urlencode(said)}" if said else page


@dataclass(frozen=True, slots=True)
class Row:
    """A case and those of its deadlines that have passed or are about to."""

    case: CaseBody
    late: Sequence[Deadline]


@router.get(CASES)
def cases_page(request: Request, visitor: Reader, deps: Deps, reading: Reading) -> Response:
    """The list, narrowed by the filters in its address."""
    return _page(request, visitor, deps, reading, filters_of(request.query_params.multi_items()))


def filters_of(given: Iterable[tuple[str, str]]) -> Filters:
    """Names that the list does not know are passed over: people keep old bookmarks."""
    said = {name: value.strip() for name, value in given}
    return Filters({name: said.get(name, "") for name in _FIELDS}, said.get("cursor", "")[:_LONGEST] or None)


def _page(request: Request, visitor: Visitor, deps: ApiDeps, reading: Snapshot, filters: Filters) -> Response:
    wrong, caller = Shown(), visitor.caller
    try:
        found = case_list_page(reading.tx, deps, caller, filters.query(caller.actor))
    except BadCursor:
        return _page(request, visitor, deps, reading, Filters(filters.values, None))
    except BadFields as error:
        wrong = Sent(request, {name: [value] for name, value in filters.values.items()}).shown(error)
        found = case_list_page(reading.tx, deps, caller, filters_of(()).query(caller.actor))
    return render(
        request,
        "cases.html",
        status=422 if wrong.errors else 200,
        visitor=visitor,
        rows=_rows(reading.tx, deps, found.items),
        filters=filters,
        wrong=wrong,
        states=OPEN,
        downloads=[(name, filters.path(page=f"{CASES}.{ending}")) for name, ending in FILES],
        may_form=may(caller.role, Permission.FORM_CASES),
        next_url=filters.path(found.next) if found.next else None,
        first_url=filters.path() if filters.cursor else None,
    )


def _rows(tx: Tx, deps: ApiDeps, found: Sequence[CaseBody]) -> list[Row]:
    """Nothing falls due in a closed case."""
    ids = [case.case_id for case in found if case.state != "closed"]
    progress = case_deadlines.progress_of(tx, ids, deps.calendar)
    today, rules = deps.today(), deps.rules
    late = {
        case_id: [d for d in sla.deadlines(done, today, rules.holidays, rules.deadlines) if d.status in _LATE]
        for case_id, done in progress.items()
    }
    return [Row(case, late.get(case.case_id, ())) for case in found]
