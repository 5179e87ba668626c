"""Whether a user and a password belong together. Whatever is wrong, nobody can tell from outside what it was."""

from __future__ import annotations

import logging

from fastapi import Request

from api.auth import caller_of
from api.deps import ApiDeps
from api.web.sign_in import new_session
from api.web.sign_in.passwords import MOST_CHARS
from schemas.errors import EbbwatchError
from store import audit
from store.sign_in import accounts
from store.sign_in.accounts import TRIES, Account
from store.unit_of_work import Tx

log = logging.getLogger(__name__)
_LONGEST_USER = 200


def signed_in(request: Request, deps: ApiDeps, user: str, password: str) -> str | None:
    """A new session's token, or None. Raises SignInBusy.

    1. Count the try. 2. Compare, for nobody as long as for somebody. 3. Right: a session. Wrong: say so to the log.
    """
    found = _begun(deps, user)
    fits = len(password) <= MOST_CHARS
    right = deps.desk.passwords.matches(found.password_hash if found else None, password if fits else "") and fits
    if found is None:
        return None
    token = _entered(request, deps, found, password) if right else None
    if token is None:
        _tell(request, deps, found)
    return token


def _begun(deps: ApiDeps, user: str) -> Account | None:
    now = deps.desk.now()
    if not user or len(user) > _LONGEST_USER:
        return None
    return deps.store.transact(lambda tx: accounts.begin_try(tx, user, now))


def _entered(request: Request, deps: ApiDeps, found: Account, password: str) -> str | None:
    """None where the account was changed while its password was compared, or has a role that is none here."""
    passwords = deps.desk.passwords
    kept = passwords.hashed(password) if passwords.is_dated(found.password_hash) else found.password_hash
    try:
        caller = caller_of({"sub": found.user, "role": found.role, "branch": found.branch_id})
    except EbbwatchError:
        return None

    def enter(tx: Tx) -> str | None:
        if not accounts.succeed(tx, found, kept):
            return None
        return new_session.begin(tx, request, deps, caller)

    return deps.store.transact(enter)


def _tell(request: Request, deps: ApiDeps, found: Account) -> None:
    """The log hears of each wrong password of a known user, the audit trail of each time an account is locked."""
    failures = found.failures + 1
    log.warning("wrong password", extra={"user": found.user, "failures": failures})
    if failures < TRIES:
        return
    minutes = accounts.lock_after(failures).total_seconds() / 60
    entry = audit.Entry(
        at=deps.clock(),
        actor=found.user,
        role=found.role,
        action="account.lock",
        kind="account",
        key=found.user,
        before=None,
        after={"failures": failures, "minutes": minutes},
        request_id=request.state.request_id,
    )
    deps.store.transact(lambda tx: audit.record(tx, entry))
