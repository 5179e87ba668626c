"""What a notice can be about, as it is stored: the text is made when it is sent, in the reader's language.

Source: docs/decisions/0019.
"""

from __future__ import annotations

from datetime import date

import msgspec

from casework.alerts.sentence import SentenceFacts
from schemas.messages import Summary
from schemas.vocabulary import Level, RemedyType, Step


class NewAlarm(msgspec.Struct, frozen=True, tag=True):
    """A client of the branch has an alarm. `summary`: the alert's own sentence, as published.

    `sentence`: what it is made of, for other languages; None in notices from before it was stored.
    """

    alert_id: str
    client_id: str
    client_name: str
    summary: Summary
    sentence: SentenceFacts | None = None


class CaseAssigned(msgspec.Struct, frozen=True, tag=True):
    """One is the lead or a member of a task force, or could be the lead of one that nobody leads yet."""

    case_id: str
    client_id: str
    client_name: str
    role: str


class CaseMoved(msgspec.Struct, frozen=True, tag=True):
    """The client of an open case is of another branch. `taking`: told to that branch's managers, else to the task
    force of before.
    """

    case_id: str
    client_id: str
    client_name: str
    from_branch: str
    to_branch: str
    taking: bool


class ApprovalWaiting(msgspec.Struct, frozen=True, tag=True):
    """A remedy waits for the yes of a level."""

    remedy_id: str
    case_id: str
    client_name: str
    remedy: RemedyType
    level: Level
    total_minor: int


class Deadline(msgspec.Struct, frozen=True, tag=True):
    """A deadline of an alert or of a case; what has become of it is the notice's kind."""

    step: Step
    due_on: date
    client_id: str
    client_name: str
    case_id: str | None = None  # None: of an alert without a case
    alert_id: str | None = None


class RemedyEnding(msgspec.Struct, frozen=True, tag=True):
    """A remedy is about to end."""

    remedy_id: str
    case_id: str
    client_name: str
    remedy: RemedyType
    ends_on: date


class Digest(msgspec.Struct, frozen=True, tag=True):
    """How a branch, or the whole bank, stands on a Monday."""

    monday: date
    branch_id: str | None
    alarms: int
    prompts: int
    at_risk_minor: int
    cases: int
    approvals: int
    overdue: int
    deferred: int = 0  # new alerts that wait for room


class BranchMoved(msgspec.Struct, frozen=True, tag=True):
    """Most clients of a branch began to move as one: told once, in place of their alerts. `quiet`: they rested."""

    branch_id: str
    monday: date
    size_pct: float
    quiet: bool
    clients: int
    concerned: int


class Several(msgspec.Struct, frozen=True, tag=True):
    """More of one kind at once than anybody reads one by one; some of the clients concerned by name."""

    number: int
    names: tuple[str, ...]


class Trial(msgspec.Struct, frozen=True, tag=True):
    """Somebody tries out their address."""


Facts = (
    NewAlarm
    | CaseAssigned
    | CaseMoved
    | ApprovalWaiting
    | Deadline
    | RemedyEnding
    | BranchMoved
    | Digest
    | Several
    | Trial
)


def read_facts(stored: object) -> Facts:
    """Facts as they came out of the database. Raises msgspec.ValidationError for what is none."""
    read: Facts = msgspec.convert(stored, Facts)
    return read
