"""HTTP bodies of cases: the task force, its tasks and minutes, and how a case ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.http import Body, IdText, Line, Money, Note
from schemas.http_alerts import Day
from schemas.vocabulary import (
    CaseOrigin,
    CaseState,
    DeadlineStatus,
    ProposedWeeks,
    Retention,
    Step,
    TaskKind,
    TaskState,
    Truth,
)

UuidText = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
Lines = Annotated[list[Line], Field(max_length=20)]


# -- what people say ---------------------------------------------------------------------------------------------
class MemberBody(Body):
    """A person of the task force and what they are there for."""

    user: Line
    role: Annotated[Line, Field(max_length=40)] = "member"


class OpenCaseBody(Body):
    """Form a task force about a client. No alerts: all that are open. No lead: whoever asks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "client_id": "C000123",
                    "alert_ids": [],
                    "lead": "manager-b014",
                    "members": [{"user": "staff-17", "role": "relationship_manager"}],
                }
            ]
        }
    )
    client_id: IdText
    alert_ids: Annotated[list[UuidText], Field(max_length=50)] = Field(default_factory=list)
    lead: Line | None = None
    members: Annotated[list[MemberBody], Field(max_length=30)] = Field(default_factory=list)


class AddAlertsBody(Body):
    """Further alerts of the client that the case is about. None: all that are open."""

    alert_ids: Annotated[list[UuidText], Field(max_length=50)] = Field(default_factory=list)


class TransitionBody(Body):
    """Move a case on. `until`: the diary date, for suspended alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "in_review", "note": "all members agreed"}]})
    to: CaseState
    note: Note | None = None
    until: Day | None = None


class LeaveBody(Body):
    """Who leaves the task force."""

    user: Line


class HandOverBody(Body):
    """Who leads from now on."""

    lead: Line


class SwotBody(Body):
    """How the bank stands with this client, point by point."""

    strengths: Lines = Field(default_factory=list)
    weaknesses: Lines = Field(default_factory=list)
    opportunities: Lines = Field(default_factory=list)
    threats: Lines = Field(default_factory=list)


class MinutesBody(Body):
    """The minutes of one review. No day: today. No attendees: all members."""

    held_on: Day | None = None
    attendees: Annotated[list[Line], Field(max_length=30)] = Field(default_factory=list)
    minutes: Note
    decision: Note
    swot: SwotBody = SwotBody()


class NewTaskBody(Body):
    """Something to be done, by whom and when. `contact`: a conversation with the client."""

    title: Line
    owner: Line
    due_on: Day
    kind: TaskKind = "other"


class EvidenceOfTaskBody(Body):
    """What shows that a task is done."""

    evidence: Note


class CancelTaskBody(Body):
    """Nothing to say: the empty object, or no body at all."""


class CloseCaseBody(Body):
    """What it turned out to be, what became of the client, and why they were leaving."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"truth": "true_diversion", "retention": "saved", "cause": "a cheaper offer elsewhere"}]
        }
    )
    truth: Truth
    retention: Retention
    cause: Line
    note: Note | None = None


# -- what is answered --------------------------------------------------------------------------------------------
class MembershipBody(Body):
    """A membership; `left_on` is the first day it no longer holds."""

    user: str
    role: str
    joined_on: date
    left_on: date | None


class TaskBody(Body):
    """One task as it stands."""

    task_id: str
    title: str
    owner: str
    due_on: date
    kind: TaskKind
    state: TaskState
    evidence: str | None
    done_by: str | None
    done_at: datetime | None


class OwnedTaskBody(TaskBody):
    """A task in the list of all cases' tasks, with whom it is about."""

    case_id: str
    client_id: str
    client_name: str


class ReviewBody(Body):
    """One review's minutes."""

    review_id: str
    held_on: date
    attendees: list[str]
    minutes: str
    decision: str
    written_by: str
    swot: SwotBody


class DeadlineBody(Body):
    """One deadline of the case, in business days of the bank's calendar from the opening of its first alert."""

    step: Step
    due_on: date
    done_on: date | None
    status: DeadlineStatus  # missed: done late, or not before the end


class CaseEventBody(Body):
    """One line of the timeline."""

    at: datetime
    actor: str
    what: str
    state: CaseState
    note: str | None


class CaseBody(Body):
    """One case in a list."""

    case_id: str
    revision: int
    client_id: str
    client_name: str
    branch_id: str
    tier: str
    state: CaseState
    origin: CaseOrigin
    alarm: bool
    lead: str
    opened_at: datetime
    opened_week: str
    diary_date: date | None
    closed_at: datetime | None
    times_reopened: int
    truth: Truth | None
    retention: Retention | None
    cause: str | None
    value_at_risk: Money
    currency: str


class RetentionProposalBody(Body):
    """What the service makes of the client's volume so far; null figures where there are too few weeks."""

    weeks: ProposedWeeks
    proposal: Retention | None
    before: Money | None  # turnover a week, the year before the first alert
    after: Money | None  # turnover a week, over the last 13 of these weeks after the case was opened
    share_pct: float | None


class CaseDetailBody(CaseBody):
    """A case with all that belongs to it but its remedies, which have a list of their own."""

    next_states: list[CaseState]
    alert_ids: list[str]
    members: list[MembershipBody]
    tasks: list[TaskBody]
    reviews: list[ReviewBody]
    deadlines: list[DeadlineBody]
    retention_proposals: list[RetentionProposalBody]
    timeline: list[CaseEventBody]
