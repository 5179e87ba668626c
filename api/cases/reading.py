"""Cases as they are read: a page of many, and one with everything that is shown of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from acts.callers import Caller
from api.cases.bodies import case_body, case_detail_body
from api.deps import ApiDeps
from api.pagination import ListQuery
from casework.alerts import sla
from casework.alerts.sla import Progress
from casework.cases import retention
from casework.cases.case_lifecycle import Case
from casework.remedies.remedy_lifecycle import Remedy
from schemas.http import IdText, Line, Page
from schemas.http_cases import CaseBody, CaseDetailBody, RetentionProposalBody
from schemas.money import format_amount
from schemas.verdicts import Insufficient
from schemas.vocabulary import CaseState, ProposedWeeks
from schemas.weeks import WeekCalendar
from store.cases import case_progress, case_retention, case_rows, case_search
from store.cases.case_rows import CaseEvent
from store.cases.case_search import CaseFilter, CasePlace, WholeCase
from store.clients import volumes
from store.clients.volumes import Volumes
from store.remedies import remedy_rows
from store.unit_of_work import Tx


class CaseQuery(ListQuery):
    """Filters of the list of cases. Each looks at the field of its name."""

    state: list[CaseState] = Field(default_factory=list, max_length=8, description="any of these; repeat it")
    branch: Line | None = None
    lead: Line | None = None
    client_id: IdText | None = None
    member: Line | None = Field(None, description="belongs to the task force now")


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """All that the database has of one case itself, read once."""

    found: WholeCase
    progress: Progress
    timeline: Sequence[CaseEvent]

    @property
    def case(self) -> Case:
        return self.found.case

    def opened_week(self, calendar: WeekCalendar) -> int:
        """In which it was opened, or opened again for the last time."""
        again = [event.at for event in self.timeline if event.what == "reopened"]
        return calendar.week_at(max(again)) if again else self.case.opened_week

    def weeks_needed(self, calendar: WeekCalendar) -> tuple[int, int]:
        """[first, end) of the weeks that tell what became of the client."""
        return case_retention.weeks_needed(self.found, self.opened_week(calendar))


def search_cases(tx: Tx, deps: ApiDeps, caller: Caller, query: CaseQuery) -> Page[CaseBody]:
    """One page of cases, the newest first, of what the caller may see."""
    after = query.after("cases", CasePlace)
    wanted = CaseFilter(tuple(query.state), query.branch, query.lead, query.client_id, query.member)
    rows = case_search.search(
        tx, wanted, only_branch=caller.branch, member=caller.actor, after=after, limit=query.limit + 1
    )
    return query.page("cases", rows, lambda row: row.place, lambda row: case_body(row, deps.base_currency))


def get_case_detail(tx: Tx, deps: ApiDeps, caller: Caller, case_id: str) -> CaseDetailBody:
    """The case as it stands in this transaction. Raises NotFound, also for another branch's."""
    record = get_case_record(tx, deps, caller, case_id)
    loaded = volumes.load_volumes(tx, [record.case.client_id], *record.weeks_needed(deps.calendar))
    return detail_body(deps, record, remedy_rows.load_of_case(tx, case_id), loaded)


def get_case_record(tx: Tx, deps: ApiDeps, caller: Caller, case_id: str) -> CaseRecord:
    """What `detail_body` shows. Raises NotFound, also for another branch's."""
    found = case_search.get_whole(tx, case_id, only_branch=caller.branch, member=caller.actor)
    progress = case_progress.load_of_cases(tx, [found.case], deps.calendar)[case_id]
    return CaseRecord(found, progress, case_rows.load_timeline(tx, case_id))


def detail_body(deps: ApiDeps, record: CaseRecord, remedies: Iterable[Remedy], loaded: Volumes) -> CaseDetailBody:
    """`remedies`: the case's; `loaded`: of its client, at least the weeks that it needs."""
    return case_detail_body(
        record.found.row,
        record.case,
        deps.base_currency,
        deadlines=sla.deadlines(record.progress, deps.today(), deps.rules.holidays, deps.rules.deadlines),
        proposals=_proposals(deps, record, remedies, loaded),
        timeline=record.timeline,
    )


def _proposals(
    deps: ApiDeps, record: CaseRecord, remedies: Iterable[Remedy], loaded: Volumes
) -> list[RetentionProposalBody]:
    """What its volume says became of the client, after 13 and 26 weeks."""
    opened_week = record.opened_week(deps.calendar)
    found = case_retention.proposals(
        record.found, opened_week, remedies, loaded, deps.today(), deps.rules.retention
    )
    return [
        _proposal(each, weeks, deps.base_currency)
        for each, weeks in zip(found, retention.PROPOSED_WEEKS, strict=True)
    ]


def _proposal(
    found: retention.Proposal | Insufficient, weeks: ProposedWeeks, currency: str
) -> RetentionProposalBody:
    if isinstance(found, Insufficient):
        return RetentionProposalBody(weeks=weeks, proposal=None, before=None, after=None, share_pct=None)
    before, after = (
        None if minor is None else format_amount(minor, currency)
        for minor in (found.before_minor, found.after_minor)
    )
    return RetentionProposalBody(
        weeks=weeks, proposal=found.retention, before=before, after=after, share_pct=found.share_pct
    )
