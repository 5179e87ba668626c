"""Who is asking: a bearer token becomes a Caller, and a Caller either has a permission or is refused."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from acts.callers import Caller
from acts.roles import Permission, may
from acts.sign_in.claims import caller_of
from api.deps import Deps
from schemas.errors import Forbidden, NotAuthenticated

_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name="bearer")


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
