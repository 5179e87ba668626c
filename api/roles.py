"""Who may do what: one table. A role that is not in it may do nothing."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


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
    }
)


def may(role: Role, permission: Permission) -> bool:
    """Whether the table gives this role that permission."""
    return role in PERMISSIONS[permission]
