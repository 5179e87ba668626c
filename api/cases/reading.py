"""One case with everything that is shown of it."""

from __future__ import annotations

from typing import Literal

from api.auth import Caller
from api.cases.bodies import case_detail_body
from api.deps import ApiDeps
from casework.alerts import sla
from casework.cases import retention
from casework.cases.case_lifecycle import Case
from schemas.http_cases import CaseDetailBody, RetentionProposalBody
from schemas.money import format_amount
from schemas.verdicts import Insufficient
from store.cases import case_progress, case_rows, case_search, case_span
from store.clients import client_search, volumes
from store.remedies import remedy_rows
from store.unit_of_work import Tx


def case_detail(deps: ApiDeps, caller: Caller, tx: Tx, case_id: str) -> CaseDetailBody:
    """The case as it stands in this transaction. Raises NotFound, also for another branch's."""
    row = case_search.get(tx, case_id, only_branch=caller.branch)
    case = case_rows.get(tx, case_id)
    progress = case_progress.of_cases(tx, [case], deps.calendar)[case_id]
    return case_detail_body(
        row,
        case,
        deps.base_currency,
        deadlines=sla.deadlines(progress, deps.today(), deps.rules.holidays),
        proposals=_proposals(deps, tx, case),
        timeline=case_rows.timeline(tx, case_id),
    )


def _proposals(deps: ApiDeps, tx: Tx, case: Case) -> list[RetentionProposalBody]:
    """What its volume says became of the client, after 13 and 26 weeks."""
    today = deps.today()
    alerted = case_progress.first_alert_week(tx, case.case_id)
    alerted = case.opened_week if alerted is None else alerted
    first = retention.first_week_needed(alerted)
    opened = case_span.reopened_weeks(tx, [case.case_id], deps.calendar).get(case.case_id, case.opened_week)
    end = opened + 1 + max(retention.PROPOSED_WEEKS)
    found = volumes.load(tx, [case.client_id], first, end)
    closed_on = client_search.get(tx, case.client_id, only_branch=None, today=today).closed_on
    attempted = retention.any_ran(remedy_rows.of_case(tx, case.case_id), today)
    return [
        _proposal(
            retention.propose(
                found.turnover_minor[0],
                found.known[0],
                alerted=alerted - first,
                opened=opened - first,
                weeks=weeks,
                attempted=attempted,
                left=closed_on is not None and closed_on <= today,
                began=int(found.began[0]),
            ),
            weeks,
            deps.base_currency,
        )
        for weeks in retention.PROPOSED_WEEKS
    ]


def _proposal(
    found: retention.Proposal | Insufficient, weeks: Literal[13, 26], currency: str
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
