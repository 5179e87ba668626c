"""A case: what a branch does about one client whose volume ebbs, from forming a task force to its closing.

Every act gives the case at its next revision, or the same object where nothing changes. Source:
docs/decisions/0016.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, Struct

from casework.revisions import with_next_revision
from schemas.errors import Conflict, Forbidden, NotAllowedByRules
from schemas.vocabulary import CaseOrigin, CaseState, Retention, TaskKind, TaskState, Truth

LEAD = "lead"
NEXT: MappingProxyType[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        "forming": frozenset({"in_review", "suspended"}),
        "in_review": frozenset({"plan", "suspended"}),
        "plan": frozenset({"in_review", "executing", "suspended"}),
        "executing": frozenset({"plan", "monitoring", "suspended"}),
        "monitoring": frozenset({"plan", "executing", "suspended"}),
        "suspended": frozenset(),  # it goes back where it came from
        "reopened": frozenset({"in_review", "plan", "suspended"}),
        "closed": frozenset({"reopened"}),
    }
)


class CaseRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank sets."""

    quorum: Annotated[int, Meta(ge=1)] = 2  # the lead and one more: a review by one person is no review
    relapse_weeks: Annotated[int, Meta(ge=0)] = 26  # half a year: the longest the effect of a remedy is watched


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the task force, from a day on; `left_on` is the first day they no longer belong.

    `came_from`: their branch, where the client has moved on to another one; None for those of the case's branch.
    """

    user: str
    role: str
    joined_on: date
    left_on: date | None = None
    came_from: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to be done. A done task of kind `contact` is a contact with the client."""

    task_id: str
    title: str
    owner: str
    due_on: date
    kind: TaskKind = "other"
    state: TaskState = "open"
    evidence: str | None = None
    done_by: str | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Swot:
    """How the bank stands with this client."""

    strengths: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    opportunities: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The minutes of one meeting of the task force."""

    review_id: str
    held_on: date
    attendees: tuple[str, ...]
    minutes: str
    decision: str
    written_by: str
    swot: Swot = field(default_factory=Swot)


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands at `revision`. Weeks are week numbers; `opened_week` is the week of `opened_at`."""

    case_id: str
    client_id: str
    revision: int
    state: CaseState
    origin: CaseOrigin
    alarm: bool  # an alarm is among its alerts: the shorter deadlines hold
    lead: str
    opened_at: datetime
    opened_week: int
    alert_ids: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    tasks: tuple[Task, ...] = ()
    reviews: tuple[Review, ...] = ()
    resumes_to: CaseState | None = None
    diary_date: date | None = None  # of a suspended case: the day it is looked at again
    closed_at: datetime | None = None
    closed_week: int | None = None
    times_reopened: int = 0
    truth: Truth | None = None
    retention: Retention | None = None
    cause: str | None = None
    worked_in: str | None = None  # branch; None: as an older release opened it

    def present(self, day: date) -> list[Member]:
        """The members who belong to it on a day."""
        return [m for m in self.members if m.joined_on <= day and (m.left_on is None or day < m.left_on)]


class ClientMoved(Forbidden):
    """The client is of another branch now: the task force of before may read its case, and no more."""

    def __init__(self, client_id: str, branch: str) -> None:
        super().__init__(f"client {client_id} is of branch {branch} now: its people act on the case")
        self.client_id, self.branch = client_id, branch


class CaseClosed(Conflict):
    """A closed case takes no more acts but a reopening."""

    def __init__(self, case_id: str) -> None:
        super().__init__(f"case {case_id} is closed")
        self.case_id = case_id


class CaseExists(Conflict):
    """The client has an open case already: there is at most one."""

    def __init__(self, client_id: str, case_id: str) -> None:
        super().__init__(f"client {client_id} has the open case {case_id}")
        self.client_id, self.case_id = client_id, case_id


class NoOpenAlert(Conflict):
    """A case is about alerts, and there is none to be about."""

    def __init__(self, client_id: str) -> None:
        super().__init__(f"client {client_id} has no alert that is open")


class NoSuchTransition(Conflict):
    """The state does not lead there."""

    def __init__(self, now: CaseState, to: str) -> None:
        ways = ", ".join(sorted(NEXT[now])) or "nowhere but back"
        super().__init__(f"a case that is {now} cannot become {to}; it can become: {ways}")
        self.now, self.to = now, to


class NoQuorum(Conflict):
    """Too few members to review, and to decide what follows."""

    def __init__(self, present: int, needed: int) -> None:
        super().__init__(f"the task force has {present} members; it needs {needed}, the lead among them")


class NothingToExecute(Conflict):
    """A plan without a remedy."""

    def __init__(self) -> None:
        super().__init__("the plan has no remedy; one of type no_action says why nothing is done")


class StillUndecided(Conflict):
    """A case cannot close over remedies that wait for an answer."""

    def __init__(self, remedy_ids: Collection[str]) -> None:
        super().__init__(f"not decided yet: remedies {', '.join(sorted(remedy_ids))}")


def open_case(
    case_id: str,
    client_id: str,
    *,
    alert_ids: Collection[str],
    alarm: bool,
    lead: str,
    members: Collection[tuple[str, str]],
    at: datetime,
    today: date,
    week: int,
    origin: CaseOrigin = "alert",
    worked_in: str | None = None,
) -> Case:
    """A case that is forming. `members`: user and role, beside the lead; a user named twice counts once.

    `worked_in`: the client's branch.
    """
    others = {user: role for user, role in members if user != lead}
    return Case(
        case_id=case_id,
        client_id=client_id,
        revision=1,
        state="forming",
        origin=origin,
        alarm=alarm,
        lead=lead,
        opened_at=at,
        opened_week=week,
        alert_ids=tuple(sorted(set(alert_ids))),
        members=(Member(lead, LEAD, today), *(Member(user, role, today) for user, role in others.items())),
        worked_in=worked_in,
    )


def move(case: Case, to: CaseState, *, today: date, rules: CaseRules, has_remedy: bool) -> Case:
    """To another state of the way, but not to `suspended`, `reopened` or `closed`, which have acts of their own.

    Every step needs a quorum that day, not the first review alone: a case closed while it was forming, and opened
    again, would get past it. Raises CaseClosed, NoSuchTransition, NoQuorum, NothingToExecute.
    """
    check_open(case)
    if to == case.state:
        return case
    if case.state == "suspended":
        if to != case.resumes_to:
            raise NoSuchTransition(case.state, to)
        return resume(case)
    if to not in NEXT[case.state] or to in ("suspended", "reopened", "closed"):
        raise NoSuchTransition(case.state, to)
    _check_quorum(case, today, rules)
    if to == "executing" and not has_remedy:
        raise NothingToExecute
    return with_next_revision(case, state=to)


def suspend(case: Case, diary_date: date, today: date) -> Case:
    """Leave it until a day. Raises CaseClosed, NoSuchTransition, NotAllowedByRules."""
    check_open(case)
    if case.state == "suspended" and case.diary_date == diary_date:
        return case
    if diary_date <= today:
        raise NotAllowedByRules("diary_date", f"{diary_date} is not after {today}")
    resumes_to = case.resumes_to if case.state == "suspended" else case.state
    return with_next_revision(case, state="suspended", resumes_to=resumes_to, diary_date=diary_date)


def resume(case: Case) -> Case:
    """Back to where it was before it was suspended."""
    if case.state != "suspended" or case.resumes_to is None:
        return case
    return with_next_revision(case, state=case.resumes_to, resumes_to=None, diary_date=None)


def close(
    case: Case,
    *,
    truth: Truth,
    retention: Retention,
    cause: str,
    undecided: Collection[str],
    at: datetime,
    week: int,
) -> Case:
    """End it with what it turned out to be. The same closing twice is one. Raises CaseClosed, StillUndecided.

    `undecided`: ids of its remedies that are drafts or wait for approval.
    """
    if case.state == "closed" and (case.truth, case.retention, case.cause) == (truth, retention, cause):
        return case
    check_open(case)
    if undecided:
        raise StillUndecided(undecided)
    return with_next_revision(
        case,
        state="closed",
        truth=truth,
        retention=retention,
        cause=cause,
        closed_at=at,
        closed_week=week,
        resumes_to=None,
        diary_date=None,
    )


def reopen(case: Case, alert_ids: Collection[str] = (), *, alarm: bool = False) -> Case:
    """The client relapsed, or a person thinks again. Raises NoSuchTransition where it is open."""
    if case.state != "closed":
        raise NoSuchTransition(case.state, "reopened")
    return with_next_revision(
        case,
        state="reopened",
        times_reopened=case.times_reopened + 1,
        alert_ids=tuple(sorted({*case.alert_ids, *alert_ids})),
        alarm=case.alarm or alarm,
        closed_at=None,
        closed_week=None,
        truth=None,
        retention=None,
        cause=None,
    )


def follow_client(case: Case, branch: str) -> Case:
    """The client is of `branch` now: the case goes along, and its task force stays where it is until a hand-over.

    Back in a branch, those who were left behind there are of the case's branch again.
    """
    if branch == case.worked_in:
        return case
    members = tuple(_seen_from(member, case.worked_in, branch) for member in case.members)
    return with_next_revision(case, worked_in=branch, members=members)


def _seen_from(member: Member, before: str | None, branch: str) -> Member:
    """A member whose branch is not known, since that of the case was not, is taken for one of `branch`."""
    theirs = member.came_from or before
    if member.left_on is not None:
        return member
    return replace(member, came_from=None if theirs == branch else theirs)


def next_states(case: Case) -> list[CaseState]:
    """Where an act may lead next, in the order of the way; `closed` is one of them wherever a case is open."""
    if case.state == "closed":
        return ["reopened"]
    back = frozenset() if case.resumes_to is None else frozenset({case.resumes_to})
    return [state for state in NEXT if state in NEXT[case.state] | back | {"closed"}]


def relapses(case: Case, week: int, rules: CaseRules) -> bool:
    """Whether an alert of `week` is the closed case's own matter come back."""
    return case.closed_week is not None and 0 <= week - case.closed_week <= rules.relapse_weeks


def add_alerts(case: Case, alert_ids: Collection[str], *, alarm: bool) -> Case:
    """Further alerts of the client belong to it. Raises CaseClosed."""
    check_open(case)
    return with_next_revision(
        case, alert_ids=tuple(sorted({*case.alert_ids, *alert_ids})), alarm=case.alarm or alarm
    )


def check_open(case: Case) -> None:
    """Raises CaseClosed."""
    if case.state == "closed":
        raise CaseClosed(case.case_id)


def _check_quorum(case: Case, today: date, rules: CaseRules) -> None:
    present = len({m.user for m in case.present(today)})
    if present < rules.quorum:
        raise NoQuorum(present, rules.quorum)
