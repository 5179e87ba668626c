"""What a token claims: whether it holds, and who that is here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jwt

from acts.callers import Caller
from acts.roles import BRANCH_ROLES, Role
from schemas.errors import Forbidden, NotAuthenticated
from schemas.events import ID_PATTERN

_REQUIRED = ("exp", "iss", "aud", "sub")
_ACTOR = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_BRANCH = re.compile(ID_PATTERN)


def decode_token(
    token: str, key: bytes | jwt.PyJWK, algorithms: tuple[str, ...], issuer: str, audience: str, leeway_s: float
) -> Mapping[str, Any]:
    """The claims of a token signed with `key`. Raises NotAuthenticated for one that does not hold here and now."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            issuer=issuer,
            audience=audience,
            leeway=leeway_s,
            options={"require": list(_REQUIRED)},
        )
    except jwt.ExpiredSignatureError:
        raise NotAuthenticated("the token has expired") from None
    except (jwt.InvalidTokenError, ValueError, TypeError):  # the last two: claims of a shape PyJWT did not expect
        raise NotAuthenticated("the token is not valid here") from None


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
