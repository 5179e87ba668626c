"""What the page of a case is made of, each row of the database read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.cases.reading import detail_body, get_case_record
from api.remedies.reading import remedy_bodies, weeks_needed
from api.web.visitor import Visitor
from casework.remedies.remedy_lifecycle import Remedy
from schemas.http_cases import CaseDetailBody
from schemas.http_remedies import RemedyBody
from store.clients import volumes
from store.remedies import remedy_search


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case and the remedies of its client, by their submission, the oldest first.

    `proposed`: the case's, in the order in which they were proposed.
    """

    case: CaseDetailBody
    at_risk_minor: int
    client_remedies: Sequence[RemedyBody]
    proposed: Sequence[Remedy]

    @property
    def remedies(self) -> list[RemedyBody]:
        """The case's."""
        return [each for each in self.client_remedies if each.case_id == self.case.case_id]


def read_case_view(visitor: Visitor, case_id: str) -> CaseView:
    """1. The case. 2. Its client's remedies. 3. The weeks that tell what became of them. Raises NotFound."""
    tx, deps, today = visitor.tx, visitor.deps, visitor.today
    record = get_case_record(tx, deps, visitor.caller, case_id)
    client_id = record.case.client_id
    rows = remedy_search.load_of_client(tx, client_id, today)
    remedies = {row.remedy.remedy_id: row.remedy for row in rows}
    of_case, of_remedies = record.weeks_needed(deps.calendar), weeks_needed(remedies.values(), today)
    first, end = (min(of_case[0], of_remedies[0]), max(of_case[1], of_remedies[1])) if of_remedies else of_case
    loaded = volumes.load_volumes(tx, [client_id], first, end)
    in_turn = sorted(rows, key=lambda row: (row.proposed_at, row.remedy.remedy_id))
    proposed = [row.remedy for row in in_turn if row.remedy.case_id == case_id]
    return CaseView(
        case=detail_body(deps, record, proposed, loaded),
        at_risk_minor=record.found.row.value_at_risk_minor,
        client_remedies=remedy_bodies(deps, rows, remedies, loaded),
        proposed=proposed,
    )
