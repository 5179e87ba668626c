"""Telling people: what can be told, to whom, and when. Source: docs/decisions/0019.

`facts` are stored as they were; the text is made from them when it is sent, in the reader's language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec

from casework.alerts.sentence import SentenceFacts
from casework.notices.quiet_hours import QuietHours, end_of_quiet
from language.catalogues import Language
from schemas.messages import Summary
from schemas.vocabulary import ChosenKind, Level, NoticeKind, RemedyType, Step

NEWS = timedelta(weeks=2)  # what is older is not told: it stands on the desk
ONE_BY_ONE = 5  # of a kind at once: with more, people read none
_NAMED = 3
CHOICES: frozenset[ChosenKind] = frozenset(get_args(ChosenKind))  # what a person may want to hear of


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


Facts = NewAlarm | CaseAssigned | ApprovalWaiting | Deadline | RemedyEnding | BranchMoved | Digest | Several | Trial


def read_facts(stored: object) -> Facts:
    """Facts as they came out of the database. Raises msgspec.ValidationError for what is none."""
    read: Facts = msgspec.convert(stored, Facts)
    return read


@dataclass(frozen=True, slots=True)
class Preference:
    """How one person wants to be told. `branch_id` None: of every branch."""

    user: str
    role: str
    branch_id: str | None
    language: Language
    address: str = field(repr=False)  # an Apprise URL: a secret
    kinds: frozenset[ChosenKind] = CHOICES
    quiet: QuietHours | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one person. The same `subject_key` of a kind is told once."""

    user: str
    kind: NoticeKind
    subject_key: str
    facts: Facts
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Roles:
    """Which role is what here: the API's table, handed in."""

    managers: frozenset[str]  # of a branch: hear of its deadlines
    escalated_to: frozenset[str]  # of the region: hear of what a branch left undone
    checkers: Mapping[Level, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


def notices_for(
    people: Iterable[Preference], kind: NoticeKind, subject_key: str, facts: Facts, now: datetime, zone: ZoneInfo
) -> list[Notice]:
    """The notices of one thing, for those of `people` who want to hear of its kind, after their quiet hours."""
    return [
        Notice(
            person.user,
            kind,
            subject_key,
            facts,
            now if kind == "test" else end_of_quiet(now, person.quiet, zone),
        )
        for person in people
        if kind == "test" or kind in person.kinds
    ]


def combine(fresh: Sequence[Notice]) -> tuple[list[Notice], list[Notice]]:
    """The notices to send, and those that one of them stands for: more than a few of a kind to a person become one.

    The same notices give the same one, whoever folds them.
    """
    piles: dict[tuple[str, NoticeKind], list[Notice]] = {}
    for each in fresh:
        piles.setdefault((each.user, each.kind), []).append(each)
    sent: list[Notice] = []
    folded: list[Notice] = []
    for pile in piles.values():
        if len(pile) > ONE_BY_ONE:
            sent.append(_several(pile))
            folded += pile
        else:
            sent += pile
    return sent, folded


def _several(pile: Sequence[Notice]) -> Notice:
    keys = "\n".join(sorted(each.subject_key for each in pile))
    key = "several/" + hashlib.blake2b(keys.encode(), digest_size=16).hexdigest()
    names = list(dict.fromkeys(name for each in pile if (name := getattr(each.facts, "client_name", None))))
    return replace(pile[0], subject_key=key, facts=Several(len(pile), tuple(names[:_NAMED])))


def people_of_branch(people: Iterable[Preference], branch_id: str) -> list[Preference]:
    """The people of a branch: not those who see every branch."""
    return [person for person in people if person.branch_id == branch_id]


def people_named(people: Iterable[Preference], users: Collection[str]) -> list[Preference]:
    """Those of these names."""
    return [person for person in people if person.user in users]


def checkers(
    people: Iterable[Preference], level: Level, branch_id: str, parts: Collection[str], roles: Roles
) -> list[Preference]:
    """Who may say yes at a level to a remedy of a branch. `parts`: who made or checked it, and may not."""
    may = roles.checkers.get(level, frozenset())
    return [
        person
        for person in people
        if person.role in may and person.branch_id in (None, branch_id) and person.user not in parts
    ]


def managers(people: Iterable[Preference], branch_id: str, roles: Roles) -> list[Preference]:
    """The managers of a branch."""
    return [person for person in people if person.role in roles.managers and person.branch_id == branch_id]


def responsible(
    people: Iterable[Preference], users: Collection[str], branch_id: str, roles: Roles
) -> list[Preference]:
    """Who hears of a deadline: those who have the matter in hand, and the branch's managers."""
    return [
        person
        for person in people
        if person.user in users or (person.role in roles.managers and person.branch_id == branch_id)
    ]


def escalated(people: Iterable[Preference], roles: Roles) -> list[Preference]:
    """Who hears of what a branch left undone."""
    return [person for person in people if person.role in roles.escalated_to]


def is_news(happened_on: date, today: date) -> bool:
    """Whether it is recent enough to be told."""
    return today - NEWS <= happened_on
