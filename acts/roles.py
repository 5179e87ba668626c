"""Who may do what: one table. A role that is not in it may do nothing."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import get_args

from casework.notices.recipients import Roles
from schemas.vocabulary import Level


class Role(StrEnum):
    BRANCH_STAFF = "branch_staff"
    BRANCH_MANAGER = "branch_manager"
    APPROVER = "approver"
    AUDITOR = "auditor"
    OPERATIONS = "operations"


class Permission(StrEnum):
    READ_CLIENTS = "read clients"
    READ_ALERTS = "read alerts"
    ACT_ON_ALERTS = "act on alerts"
    READ_DEAD_LETTERS = "read dead letters"
    REPLAY_DEAD_LETTERS = "replay dead letters"
    READ_HELD_WEEKS = "read held weeks"
    RELEASE_HELD_WEEKS = "release held weeks"
    READ_AUDIT = "read the audit trail"
    READ_CASES = "read cases"
    FORM_CASES = "form a task force"
    WORK_ON_CASES = "work on cases"
    PROPOSE_REMEDIES = "propose remedies"
    CHECK_REMEDIES = "approve remedies"
    REVOKE_REMEDIES = "revoke remedies"
    READ_FIGURES = "read figures"
    READ_POLICIES = "read policies"
    SET_POLICIES = "set policies"
    KEEP_CALENDAR = "keep the calendar"
    OWN_NOTICES = "be told"


BRANCH_ROLES = frozenset({Role.BRANCH_STAFF, Role.BRANCH_MANAGER})
_EVERYBODY = frozenset(Role)

PERMISSIONS = MappingProxyType(
    {
        Permission.READ_CLIENTS: _EVERYBODY,
        Permission.READ_ALERTS: _EVERYBODY,
        Permission.ACT_ON_ALERTS: BRANCH_ROLES,  # a customer decision is the branch's own
        Permission.READ_DEAD_LETTERS: frozenset({Role.OPERATIONS, Role.AUDITOR}),
        Permission.REPLAY_DEAD_LETTERS: frozenset({Role.OPERATIONS}),
        Permission.READ_HELD_WEEKS: frozenset({Role.OPERATIONS, Role.AUDITOR}),
        Permission.RELEASE_HELD_WEEKS: frozenset({Role.OPERATIONS}),
        Permission.READ_AUDIT: frozenset({Role.AUDITOR}),
        Permission.READ_CASES: frozenset(Role) - {Role.OPERATIONS},
        Permission.FORM_CASES: frozenset({Role.BRANCH_MANAGER}),
        Permission.WORK_ON_CASES: BRANCH_ROLES,
        Permission.PROPOSE_REMEDIES: BRANCH_ROLES,
        Permission.CHECK_REMEDIES: frozenset({Role.BRANCH_MANAGER, Role.APPROVER}),  # which level: LEVELS
        Permission.REVOKE_REMEDIES: frozenset({Role.BRANCH_MANAGER, Role.APPROVER}),
        Permission.READ_POLICIES: frozenset({Role.BRANCH_MANAGER, Role.APPROVER, Role.AUDITOR}),
        Permission.SET_POLICIES: frozenset({Role.APPROVER}),
        Permission.KEEP_CALENDAR: frozenset({Role.BRANCH_MANAGER, Role.APPROVER}),  # the branch's own; the bank's
        Permission.OWN_NOTICES: _EVERYBODY,
        Permission.READ_FIGURES: frozenset({Role.BRANCH_MANAGER, Role.APPROVER, Role.AUDITOR}),
    }
)


# For which levels of a remedy's route a role may say yes. A branch manager sees the own branch's remedies alone.
LEVELS: MappingProxyType[str, frozenset[Level]] = MappingProxyType(
    {
        Role.BRANCH_MANAGER: frozenset({"branch"}),
        Role.APPROVER: frozenset(get_args(Level)),
    }
)

# Who hears of what, beside those who have a matter in hand.
NOTICE_ROLES = Roles(
    managers=frozenset({Role.BRANCH_MANAGER.value}),
    escalated_to=frozenset({Role.APPROVER.value}),
    checkers=MappingProxyType(
        {
            level: frozenset(str(role) for role, levels in LEVELS.items() if level in levels)
            for level in get_args(Level)
        }
    ),
)


def may(role: str, permission: Permission) -> bool:
    """Whether the table gives this role that permission."""
    return role in PERMISSIONS[permission]


def levels_of(role: str) -> frozenset[Level]:
    """The levels for which the role may say yes; none for most."""
    return LEVELS.get(role, frozenset())
