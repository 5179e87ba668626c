"""Who is asking: a bearer token becomes a Caller, and a Caller either has a permission or is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.deps import Deps
from api.errors import NotAuthenticated
from api.roles import BRANCH_ROLES, Permission, Role, may
from schemas.errors import Forbidden
from schemas.events import ID_PATTERN

_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name="bearer")
_ACTOR = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_BRANCH = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `branch` is the only branch they see, None where they see all."""

    actor: str
    role: Role
    branch: str | None


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Read sub, role and branch. Raises NotAuthenticated for unusable claims, Forbidden for a strange role."""
    actor, role, branch = claims.get("sub"), claims.get("role"), claims.get("branch")
    if not isinstance(actor, str) or not _ACTOR.fullmatch(actor):
        raise NotAuthenticated("the token's sub is no user")
    if not isinstance(role, str) or not role:
        raise NotAuthenticated("the token names no role")
    try:
        known = Role(role)
    except ValueError:
        raise Forbidden("the token's role is none of this service's") from None
    if known not in BRANCH_ROLES:
        return Caller(actor, known, None)
    if not isinstance(branch, str) or not _BRANCH.fullmatch(branch):
        raise NotAuthenticated("the token names no branch, which its role needs")
    return Caller(actor, known, branch)


def _authenticate(
    request: Request, deps: Deps, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Caller:
    if bearer is None or bearer.scheme.lower() != "bearer":
        raise NotAuthenticated("a bearer token is needed")
    caller = caller_of(deps.keys.claims(bearer.credentials))
    request.state.caller = caller  # for the request log
    return caller


def needing(permission: Permission) -> Any:
    """The dependency of a route that needs `permission`; what it gives is the Caller."""

    def permitted(caller: Annotated[Caller, Depends(_authenticate)]) -> Caller:
        if not may(caller.role, permission):
            raise Forbidden(f"{caller.role} may not {permission}")
        return caller

    return Depends(permitted)


ClientReader = Annotated[Caller, needing(Permission.READ_CLIENTS)]
AlertReader = Annotated[Caller, needing(Permission.READ_ALERTS)]
AlertActor = Annotated[Caller, needing(Permission.ACT_ON_ALERTS)]
CaseReader = Annotated[Caller, needing(Permission.READ_CASES)]
CaseFormer = Annotated[Caller, needing(Permission.FORM_CASES)]
CaseWorker = Annotated[Caller, needing(Permission.WORK_ON_CASES)]
RemedyProposer = Annotated[Caller, needing(Permission.PROPOSE_REMEDIES)]
RemedyChecker = Annotated[Caller, needing(Permission.CHECK_REMEDIES)]
RemedyRevoker = Annotated[Caller, needing(Permission.REVOKE_REMEDIES)]
PolicySetter = Annotated[Caller, needing(Permission.SET_POLICIES)]
CalendarKeeper = Annotated[Caller, needing(Permission.KEEP_CALENDAR)]
DeadLetterReplayer = Annotated[Caller, needing(Permission.REPLAY_DEAD_LETTERS)]
HeldWeekReleaser = Annotated[Caller, needing(Permission.RELEASE_HELD_WEEKS)]
