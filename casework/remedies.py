"""A remedy: one thing the bank does for a client, its terms, who approved them, and how long it runs.

draft -> submitted -> approved -> active -> expiring -> expired; returned, rejected, withdrawn, revoked beside them.
Maker is never checker, at any level. Every act gives the remedy at its next revision, or the same object where
nothing changes. Source: docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from casework.actions import NotAllowedByRules
from schemas.errors import Conflict, Forbidden

RemedyType = Literal[
    "service_level_raise",
    "executive_visit",
    "complaint_remedy",
    "marketing",
    "fee_reduction",
    "fee_waiver",
    "no_action",
]
RemedyState = Literal[
    "draft",
    "submitted",
    "returned",
    "approved",
    "active",
    "expiring",
    "expired",
    "rejected",
    "withdrawn",
    "revoked",
]
Level = Literal["branch", "region", "head_office"]

CONCESSIONS: frozenset[RemedyType] = frozenset({"fee_reduction", "fee_waiver"})
UNDECIDED: frozenset[RemedyState] = frozenset({"draft", "returned", "submitted"})
RUNNING: frozenset[RemedyState] = frozenset({"approved", "active", "expiring"})
COUNTED: frozenset[RemedyState] = RUNNING | {"expired"}  # what was given, or is being given, counts toward limits
EXPIRING_DAYS = 30  # a month's notice before a concession ends


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What a fee concession gives up and what for. Money in minor units of the base currency."""

    fee_code: str
    list_price_minor: int  # a month, at list price
    concession_pct: int  # 1 to 100 of the list price
    volume_commitment_minor: int  # turnover a week that the client commits to
    break_even_minor: int  # turnover a week at which the margin regained equals the fee given up


@dataclass(frozen=True, slots=True)
class Terms:
    """What is proposed. Half-open: it runs on [starts_on, ends_on)."""

    starts_on: date
    ends_on: date | None
    cost_minor: int  # spent beside the fee given up, over its whole life
    expected_effect_minor: int  # turnover a week that it should bring
    reason: str | None = None
    fee: FeeTerms | None = None

    @property
    def days(self) -> int:
        """How long it runs; 0 where it has no end."""
        return 0 if self.ends_on is None else (self.ends_on - self.starts_on).days

    @property
    def given_up_minor(self) -> int:
        """Fee income given up over its whole life, of a 365-day year; rounded up, so that parts are never less."""
        if self.fee is None:
            return 0
        return -(-self.fee.list_price_minor * self.fee.concession_pct * 12 * self.days // (100 * 365))

    @property
    def total_minor(self) -> int:
        """All that it costs the bank."""
        return self.given_up_minor + self.cost_minor


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


class MakerIsNotChecker(Forbidden):
    """Nobody is maker and checker of one remedy, nor checker of it at two levels."""

    def __init__(self, user: str, part: str) -> None:
        super().__init__(f"{user} has been {part} of this remedy: someone else has to do this")


class WrongLevel(Forbidden):
    """The next yes belongs to another level."""

    def __init__(self, needed: Level) -> None:
        super().__init__(f"the next approval is the {needed} level's")


def check_terms(kind: RemedyType, terms: Terms, today: date) -> None:
    """Raises NotAllowedByRules where the terms lack what their type needs."""
    if terms.ends_on is not None and terms.ends_on <= terms.starts_on:
        raise NotAllowedByRules("ends_on", f"{terms.ends_on} is not after {terms.starts_on}")
    if kind in CONCESSIONS:
        _check_concession(kind, terms, today)
    elif terms.fee is not None:
        raise NotAllowedByRules("fee_code", f"{kind} has no fee")
    if kind == "no_action" and not (terms.reason and terms.reason.strip()):
        raise NotAllowedByRules("reason", "no_action needs a reason")


def _check_concession(kind: RemedyType, terms: Terms, today: date) -> None:
    if terms.fee is None:
        raise NotAllowedByRules("fee_code", f"{kind} needs fee_code, list_price and concession_pct")
    if terms.ends_on is None:
        raise NotAllowedByRules("ends_on", "a fee concession needs an end date")
    if terms.ends_on <= today:
        raise NotAllowedByRules("ends_on", f"{terms.ends_on} is not after {today}")
    pct = terms.fee.concession_pct
    if not 1 <= pct <= 100 or (kind == "fee_waiver") != (pct == 100):
        wanted = "100" if kind == "fee_waiver" else "1 to 99"
        raise NotAllowedByRules("concession_pct", f"{pct} is not {wanted}, as a {kind} has it")


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
    if state not in ("expiring", "expired", "revoked"):
        raise NotAllowedByRules("renews", f"{renewed.remedy_id} is {state}: neither ended nor about to end")


def revise(remedy: Remedy, terms: Terms, owner: str, actor: str, today: date) -> Remedy:
    """Other terms: approvals of the old ones are void, and it is a draft again, of whoever changed it.

    Raises WrongRemedyState, NotAllowedByRules, MakerIsNotChecker.
    """
    if remedy.state not in UNDECIDED:
        raise WrongRemedyState(remedy, "changed")
    check_terms(remedy.type, terms, today)
    makers = _made_by(remedy, actor, owner)
    if terms == remedy.terms and owner == remedy.owner:
        return remedy
    return _revised(
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
    makers = _made_by(remedy, actor)
    state: RemedyState = "submitted" if route else _begun(remedy, today)
    return _revised(remedy, state=state, maker=actor, makers=makers, route=tuple(route), approvals=(), note=None)


def approve(remedy: Remedy, levels: frozenset[Level], checker: str, today: date, note: str | None) -> Remedy:
    """A yes at the next level. `levels`: those the checker may speak for.

    Raises WrongRemedyState, MakerIsNotChecker, WrongLevel.
    """
    level = _must_be_checkable(remedy, levels, checker, "approved")
    approvals = (*remedy.approvals, Approval(remedy.terms_version, level, checker))
    complete = len(approvals) == len(remedy.route)
    state = _begun(remedy, today) if complete else remedy.state
    return _revised(remedy, approvals=approvals, checkers=remedy.checkers | {checker}, state=state, note=note)


def reject(remedy: Remedy, levels: frozenset[Level], checker: str, note: str) -> Remedy:
    """A no, which ends it. Raises WrongRemedyState, MakerIsNotChecker, WrongLevel."""
    _must_be_checkable(remedy, levels, checker, "rejected")
    return _revised(remedy, state="rejected", checkers=remedy.checkers | {checker}, note=note)


def send_back(remedy: Remedy, levels: frozenset[Level], checker: str, note: str) -> Remedy:
    """Back to its maker to be changed; approvals are void.

    Raises WrongRemedyState, MakerIsNotChecker, WrongLevel.
    """
    _must_be_checkable(remedy, levels, checker, "returned")
    checkers = remedy.checkers | {checker}
    return _revised(
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
    return _revised(remedy, state="withdrawn", note=note)


def revoke(remedy: Remedy, today: date, note: str) -> Remedy:
    """Ended before its time. Raises WrongRemedyState."""
    if remedy.state == "revoked":
        return remedy
    if remedy.state not in RUNNING:
        raise WrongRemedyState(remedy, "revoked")
    return _revised(remedy, state="revoked", ended_on=today, note=note)


def age(remedy: Remedy, today: date) -> Remedy:
    """What the passing of days alone changes: approved, active, expiring, expired."""
    if remedy.state not in RUNNING:
        return remedy
    state = _begun(remedy, today)
    if state == remedy.state:
        return remedy
    ended_on = remedy.terms.ends_on if state == "expired" else None
    return _revised(remedy, state=state, ended_on=ended_on)


def _begun(remedy: Remedy, today: date) -> RemedyState:
    terms = remedy.terms
    if terms.ends_on is not None and today >= terms.ends_on:
        return "expired"
    if today < terms.starts_on:
        return "approved"
    if terms.ends_on is not None and today >= terms.ends_on - timedelta(days=EXPIRING_DAYS):
        return "expiring"
    return "active"


def _must_be_checkable(remedy: Remedy, levels: frozenset[Level], checker: str, act: str) -> Level:
    if remedy.state != "submitted" or remedy.next_level is None:
        raise WrongRemedyState(remedy, act)
    if checker in remedy.makers:
        raise MakerIsNotChecker(checker, "a maker")
    if any(approval.checker == checker for approval in remedy.approvals):
        raise MakerIsNotChecker(checker, "a checker")
    if remedy.next_level not in levels:
        raise WrongLevel(remedy.next_level)
    return remedy.next_level


def _made_by(remedy: Remedy, *makers: str) -> frozenset[str]:
    for user in makers:
        if user in remedy.checkers:
            raise MakerIsNotChecker(user, "a checker")
    return remedy.makers | set(makers)


def _revised(remedy: Remedy, **changes: Any) -> Remedy:
    changed = replace(remedy, **changes)
    return remedy if changed == remedy else replace(changed, revision=remedy.revision + 1)
