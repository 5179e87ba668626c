"""`ebbwatch token`: a bearer token for development."""

from __future__ import annotations

from datetime import timedelta

from acts.roles import Role
from acts.sign_in.local_key import LocalKey, issue_token
from schemas.errors import BadSetting
from services.parts import open_parts
from services.settings import load_settings

_BRANCH_ROLES = (Role.BRANCH_STAFF, Role.BRANCH_MANAGER)


def main(user: str, role: str, branch: str | None, hours: float) -> str:
    """Raises BadSetting for a role there is not, and for a branch role without its branch."""
    try:
        known = Role(role)
    except ValueError:
        raise BadSetting(f"--role: {role} is none of {', '.join(r.value for r in Role)}") from None
    if known in _BRANCH_ROLES and not branch:
        raise BadSetting(f"--branch: a {role} works in one branch; name it")
    if hours <= 0:
        raise BadSetting("--hours: a token must be valid for some time")
    parts = open_parts(load_settings())
    return issue_token(LocalKey(parts.settings.data_dir), user, role, branch, timedelta(hours=hours))
