"""A remedy: one thing the bank does for a client, its terms, who approved them, and how long it runs.

draft -> submitted -> approved -> active -> expiring -> expired; returned, rejected, withdrawn, revoked beside them.
Maker is never checker, at any level. Every act gives the remedy at its next revision, or the same object where
nothing changes. Source: docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import get_args

from casework.remedies.terms import Terms, check_terms
from casework.revisions import with_next_revision
from schemas.errors import Conflict, Forbidden, NotAllowedByRules
from schemas.vocabulary import Level, RemedyState, RemedyType

LEVELS: tuple[Level, ...] = get_args(Level)  # lowest first

UNDECIDED: frozenset[RemedyState] = frozenset({"draft", "returned", "submitted"})
RENEWABLE: frozenset[RemedyState] = frozenset({"expiring", "expired", "revoked"})
RUNNING: frozenset[RemedyState] = frozenset({"approved", "active", "expiring"})
EXPIRING_DAYS = 30  # a month's notice before a concession ends


@dataclass(frozen=True, slots=True)
class Approval:
    """One checker's yes to one version of the terms, at one level."""

    terms_version: int
    level: Level
    checker: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """One remedy as it stands at `revision`. `approvals` holds those of `terms_version` alone."""

    remedy_id: str
    case_id: str
    client_id: str
    revision: int
    type: RemedyType
    state: RemedyState
    owner: str
    maker: str  # who proposed the terms as they stand
    makers: frozenset[str]  # everyone who ever owned or proposed it: none of them may check it
    terms_version: int  # goes up with changed terms, and when it is sent back: older approvals are void
    terms: Terms
    route: tuple[Level, ...] = ()  # set at submission: who has to say yes
    approvals: tuple[Approval, ...] = ()
    checkers: frozenset[str] = frozenset()  # everyone who ever decided on it: none of them may propose it
    renews: str | None = None  # the remedy whose end this one follows
    ended_on: date | None = None
    note: str | None = None  # what the last decision said

    @property
    def next_level(self) -> Level | None:
        """The level that has to say yes next; None where none is left."""
        return self.route[len(self.approvals)] if len(self.approvals) < len(self.route) else None


class WrongRemedyState(Conflict):
    """Its state does not allow the act."""

    def __init__(self, remedy: Remedy, act: str) -> None:
        super().__init__(f"remedy {remedy.remedy_id} is {remedy.state}: it cannot be {act}")


class TermsOver(Conflict):
    """It waited so long for its yes that nothing is left of it."""

    def __init__(self, remedy: Remedy) -> None:
        super().__init__(f"remedy {remedy.remedy_id} was to end on {remedy.terms.ends_on}: send it back")


class MakerIsNotChecker(Forbidden):
    """Nobody is maker and checker of one remedy, nor checker of it at two levels."""

    def __init__(self, user: str, part: str) -> None:
        super().__init__(f"{user} has been {part} of this remedy: someone else has to do this")


class WrongLevel(Forbidden):
    """The next yes belongs to another level."""

    def __init__(self, needed: Level) -> None:
        super().__init__(f"the next approval is the {needed} level's")


def propose(
    remedy_id: str,
    case_id: str,
    client_id: str,
    kind: RemedyType,
    terms: Terms,
    *,
    owner: str,
    actor: str,
    today: date,
    renews: Remedy | None = None,
) -> Remedy:
    """A draft. Raises NotAllowedByRules."""
    check_terms(kind, terms, today)
    if renews is not None:
        _check_renewal(renews, client_id, today)
    return Remedy(
        remedy_id=remedy_id,
        case_id=case_id,
        client_id=client_id,
        revision=1,
        type=kind,
        state="draft",
        owner=owner,
        maker=actor,
        makers=frozenset({actor, owner}),
        terms_version=1,
        terms=terms,
        renews=None if renews is None else renews.remedy_id,
    )


def _check_renewal(renewed: Remedy, client_id: str, today: date) -> None:
    if renewed.client_id != client_id:
        raise NotAllowedByRules("renews", f"{renewed.remedy_id} is no remedy of client {client_id}")
    state = age(renewed, today).state
    if state not in RENEWABLE:
        raise NotAllowedByRules("renews", f"{renewed.remedy_id} is {state}: neither ended nor about to end")


def revise(remedy: Remedy, terms: Terms, owner: str, actor: str, today: date) -> Remedy:
    """Other terms: approvals of the old ones are void, and it is a draft again, of whoever changed it.

    Raises WrongRemedyState, NotAllowedByRules, MakerIsNotChecker.
    """
    if remedy.state not in UNDECIDED:
        raise WrongRemedyState(remedy, "changed")
    check_terms(remedy.type, terms, today)
    makers = _makers_of(remedy, actor, owner)
    if terms == remedy.terms and owner == remedy.owner:
        return remedy
    return with_next_revision(
        remedy,
        terms=terms,
        owner=owner,
        maker=actor,
        makers=makers,
        terms_version=remedy.terms_version + 1,
        state="draft",
        route=(),
        approvals=(),
    )


def submit(remedy: Remedy, route: Sequence[Level], actor: str, today: date) -> Remedy:
    """Ask for approval along `route`; with an empty one nobody has to be asked.

    Raises WrongRemedyState, NotAllowedByRules, MakerIsNotChecker.
    """
    if remedy.state == "submitted":
        return remedy
    if remedy.state not in ("draft", "returned"):
        raise WrongRemedyState(remedy, "submitted")
    check_terms(remedy.type, remedy.terms, today)
    makers = _makers_of(remedy, actor)
    state: RemedyState = "submitted" if route else _state_when_begun(remedy, today)
    return with_next_revision(
        remedy, state=state, maker=actor, makers=makers, route=tuple(route), approvals=(), note=None
    )


def approve(
    remedy: Remedy,
    route: Sequence[Level],
    levels: frozenset[Level],
    checker: str,
    today: date,
    note: str | None,
) -> Remedy:
    """A yes at the next level. `route`: as it is now; where it has become longer, the longer one holds.

    `levels`: those the checker may speak for. Raises WrongRemedyState, MakerIsNotChecker, WrongLevel, TermsOver.
    """
    if remedy.state == "submitted":
        remedy = replace(remedy, route=longer_route(remedy.route, route))
    level = _level_to_decide(remedy, levels, checker, "approved")
    if remedy.terms.ends_on is not None and remedy.terms.ends_on <= today:
        raise TermsOver(remedy)
    approvals = (*remedy.approvals, Approval(remedy.terms_version, level, checker))
    complete = len(approvals) == len(remedy.route)
    state = _state_when_begun(remedy, today) if complete else remedy.state
    return with_next_revision(
        remedy, approvals=approvals, checkers=remedy.checkers | {checker}, state=state, note=note
    )


def reroute(remedy: Remedy, route: Sequence[Level]) -> Remedy:
    """What waits for approval needs more of it since others were submitted or approved. It never needs less."""
    if remedy.state != "submitted":
        return remedy
    return with_next_revision(remedy, route=longer_route(remedy.route, route))


def longer_route(one: Sequence[Level], other: Sequence[Level]) -> tuple[Level, ...]:
    """The route that leads higher; the first one where both lead as high."""
    return max(tuple(one), tuple(other), key=lambda route: LEVELS.index(route[-1]) if route else -1)


def reject(remedy: Remedy, levels: frozenset[Level], checker: str, note: str) -> Remedy:
    """A no, which ends it. Raises WrongRemedyState, MakerIsNotChecker, WrongLevel."""
    _level_to_decide(remedy, levels, checker, "rejected")
    return with_next_revision(remedy, state="rejected", checkers=remedy.checkers | {checker}, note=note)


def send_back(remedy: Remedy, levels: frozenset[Level], checker: str, note: str) -> Remedy:
    """Back to its maker to be changed; approvals are void.

    Raises WrongRemedyState, MakerIsNotChecker, WrongLevel.
    """
    _level_to_decide(remedy, levels, checker, "returned")
    checkers = remedy.checkers | {checker}
    return with_next_revision(
        remedy,
        state="returned",
        terms_version=remedy.terms_version + 1,  # even if nothing is changed: the next round's yes is another one
        approvals=(),
        route=(),
        checkers=checkers,
        note=note,
    )


def withdraw(remedy: Remedy, note: str | None) -> Remedy:
    """Taken back before it was approved. Raises WrongRemedyState."""
    if remedy.state == "withdrawn":
        return remedy
    if remedy.state not in UNDECIDED:
        raise WrongRemedyState(remedy, "withdrawn")
    return with_next_revision(remedy, state="withdrawn", note=note)


def revoke(remedy: Remedy, today: date, note: str) -> Remedy:
    """Ended before its time. Raises WrongRemedyState."""
    if remedy.state == "revoked":
        return remedy
    if remedy.state not in RUNNING:
        raise WrongRemedyState(remedy, "revoked")
    return with_next_revision(remedy, state="revoked", ended_on=today, note=note)


def age(remedy: Remedy, today: date) -> Remedy:
    """What the passing of days alone changes: approved, active, expiring, expired."""
    if remedy.state not in RUNNING:
        return remedy
    state = _state_when_begun(remedy, today)
    if state == remedy.state:
        return remedy
    ended_on = remedy.terms.ends_on if state == "expired" else None
    return with_next_revision(remedy, state=state, ended_on=ended_on)


def _state_when_begun(remedy: Remedy, today: date) -> RemedyState:
    terms = remedy.terms
    if terms.ends_on is not None and today >= terms.ends_on:
        return "expired"
    if today < terms.starts_on:
        return "approved"
    if terms.ends_on is not None and today >= terms.ends_on - timedelta(days=EXPIRING_DAYS):
        return "expiring"
    return "active"


def _level_to_decide(remedy: Remedy, levels: frozenset[Level], checker: str, act: str) -> Level:
    if remedy.state != "submitted" or remedy.next_level is None:
        raise WrongRemedyState(remedy, act)
    if checker in remedy.makers:
        raise MakerIsNotChecker(checker, "a maker")
    if any(approval.checker == checker for approval in remedy.approvals):
        raise MakerIsNotChecker(checker, "a checker")
    if remedy.next_level not in levels:
        raise WrongLevel(remedy.next_level)
    return remedy.next_level


def _makers_of(remedy: Remedy, *makers: str) -> frozenset[str]:
    for user in makers:
        if user in remedy.checkers:
            raise MakerIsNotChecker(user, "a checker")
    return remedy.makers | set(makers)
