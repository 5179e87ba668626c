"""Cases as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from casework.alerts.sla import Deadline
from casework.cases.case_lifecycle import Case, Member, Review, Task, next_states
from schemas.http_cases import (
    CaseBody,
    CaseDetailBody,
    CaseEventBody,
    DeadlineBody,
    MembershipBody,
    OwnedTaskBody,
    RetentionProposalBody,
    ReviewBody,
    SwotBody,
    TaskBody,
)
from schemas.money import format_amount
from schemas.weeks import format_week
from store.cases.case_rows import CaseEvent
from store.cases.case_search import CaseRow
from store.cases.task_search import TaskRow


def case_body(row: CaseRow, currency: str) -> CaseBody:
    """One case of a list; its amount in `currency`."""
    return CaseBody(**_fields(row, currency))


def case_detail_body(
    row: CaseRow,
    case: Case,
    currency: str,
    *,
    deadlines: Sequence[Deadline],
    proposals: Sequence[RetentionProposalBody],
    timeline: Sequence[CaseEvent],
) -> CaseDetailBody:
    """A case with all that belongs to it; `row` and `case` are of the same revision."""
    return CaseDetailBody(
        **_fields(row, currency),
        next_states=next_states(case),
        alert_ids=list(case.alert_ids),
        members=[_member(member) for member in case.members],
        tasks=[task_body(task) for task in case.tasks],
        reviews=[review_body(review) for review in case.reviews],
        deadlines=[DeadlineBody(**asdict(deadline)) for deadline in deadlines],
        retention_proposals=list(proposals),
        timeline=[_event(event) for event in timeline],
    )


def _member(member: Member) -> MembershipBody:
    return MembershipBody(user=member.user, role=member.role, joined_on=member.joined_on, left_on=member.left_on)


def task_body(task: Task) -> TaskBody:
    return TaskBody(**asdict(task))


def owned_task_body(row: TaskRow) -> OwnedTaskBody:
    return OwnedTaskBody(
        **asdict(row.task), case_id=row.case_id, client_id=row.client_id, client_name=row.client_name
    )


def review_body(review: Review) -> ReviewBody:
    fields = asdict(review)
    sides = {side: list(points) for side, points in fields.pop("swot").items()}
    return ReviewBody(**fields | {"attendees": list(review.attendees), "swot": SwotBody(**sides)})


def _fields(row: CaseRow, currency: str) -> dict[str, Any]:
    fields = asdict(row)
    return fields | {
        "opened_week": format_week(fields.pop("opened_week")),
        "value_at_risk": format_amount(fields.pop("value_at_risk_minor"), currency),
        "currency": currency,
    }


def _event(event: CaseEvent) -> CaseEventBody:
    return CaseEventBody(at=event.at, actor=event.actor, what=event.what, state=event.state, note=event.note)
