"""The list of cases: which task forces there are, how they stand, and what of theirs is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from fastapi import APIRouter, Response

from api.cases.reading import CaseQuery, search_cases
from api.web.listing import downloads, listing, read_query, typed_values
from api.web.rendering import render
from api.web.visitor import CaseReader, Visitor
from casework.alerts import sla
from casework.alerts.sla import Deadline
from schemas.http_cases import CaseBody
from schemas.vocabulary import CaseState
from store.cases import case_progress

router = APIRouter(include_in_schema=False)
CASES = "/desk/cases"
EVERY_STATE = "all"
OPEN: tuple[CaseState, ...] = tuple(state for state in get_args(CaseState) if state != "closed")
_FIELDS = ("state", "branch", "lead", "mine")
_LATE = frozenset({"breached", "warned"})


@dataclass(frozen=True, slots=True)
class Row:
    """A case and those of its deadlines that have passed or are about to."""

    case: CaseBody
    late: Sequence[Deadline]


@router.get(CASES)
def cases_page(visitor: CaseReader) -> Response:
    """The list, narrowed by the filters in its address."""
    found = listing(
        visitor,
        CASES,
        CaseQuery,
        lambda query: search_cases(visitor.tx, visitor.deps, visitor.caller, query),
        names=_FIELDS,
        asks=partial(_asks, visitor.caller.actor),
    )
    return render(
        visitor,
        "cases.html",
        status=found.status,
        found=found,
        rows=_rows(visitor, found.items),
        states=OPEN,
        downloads=downloads(CASES, found.values),
    )


def query_of(visitor: Visitor) -> CaseQuery:
    """The list that the address asks for, from its beginning. Raises BadFields."""
    values = typed_values(visitor.request.query_params, _FIELDS)
    return read_query(CaseQuery, values, partial(_asks, visitor.caller.actor))


def _asks(actor: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Of the API's list. Without a state: all that is not closed; `mine` is there where it is ticked."""
    state = given.get("state")
    states = [*OPEN] if state is None else [] if state == EVERY_STATE else [state]
    asked = {name: given[name] for name in ("branch", "lead") if name in given}
    return {**asked, "state": states, "member": actor if "mine" in given else None}


def _rows(visitor: Visitor, found: Sequence[CaseBody]) -> list[Row]:
    """Nothing falls due in a closed case."""
    ids, deps = [case.case_id for case in found if case.state != "closed"], visitor.deps
    progress = case_progress.load_progress(visitor.tx, ids, deps.calendar)
    today, rules = visitor.today, deps.rules
    late = {
        case_id: [d for d in sla.deadlines(done, today, rules.holidays, rules.deadlines) if d.status in _LATE]
        for case_id, done in progress.items()
    }
    return [Row(case, late.get(case.case_id, ())) for case in found]
