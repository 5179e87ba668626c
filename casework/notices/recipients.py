"""Who hears of what: how people want to be told, and whose business a thing is. Source: docs/decisions/0019."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from casework.notices.quiet_hours import QuietHours
from language.catalogues import Language
from schemas.vocabulary import ChosenKind, Level

CHOICES: frozenset[ChosenKind] = frozenset(get_args(ChosenKind))  # what a person may want to hear of


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
class Roles:
    """Which role is what here: the API's table, handed in."""

    managers: frozenset[str]  # of a branch: hear of its deadlines
    escalated_to: frozenset[str]  # of the region: hear of what a branch left undone
    checkers: Mapping[Level, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


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
