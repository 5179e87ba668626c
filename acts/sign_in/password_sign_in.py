"""Whether a user and a password belong together. Whatever is wrong, nobody can tell from outside what it was."""

from __future__ import annotations

import logging
from datetime import datetime

from acts.performing import ActContext, ActRequest, Performer
from acts.sign_in import sessions
from acts.sign_in.claims import caller_of
from acts.sign_in.passwords import MOST_CHARS, Passwords
from acts.sign_in.sessions import NewSession
from schemas.errors import EbbwatchError
from store import audit
from store.sign_in import accounts
from store.sign_in.accounts import TRIES, Account
from store.unit_of_work import Store

log = logging.getLogger(__name__)
_LONGEST_USER = 200


def sign_in(
    performer: Performer, passwords: Passwords, user: str, password: str, wanted: NewSession, request: ActRequest
) -> str | None:
    """A new session's token, or None. Raises SignInBusy.

    1. Count the try. 2. Compare, for nobody as long as for somebody. 3. Right: a session. Wrong: say so to the log.
    """
    found = _begin_try(performer.store, user, wanted.now)
    fits = len(password) <= MOST_CHARS
    right = passwords.matches(found.password_hash if found else None, password if fits else "") and fits
    if found is None:
        return None
    token = _begin_session(performer, passwords, found, password, wanted, request) if right else None
    if token is None:
        _report_failure(performer, found, request)
    return token


def _begin_try(store: Store, user: str, now: datetime) -> Account | None:
    if not user or len(user) > _LONGEST_USER:
        return None
    return store.transact(lambda tx: accounts.begin_try(tx, user, now))


def _begin_session(
    performer: Performer,
    passwords: Passwords,
    found: Account,
    password: str,
    wanted: NewSession,
    request: ActRequest,
) -> str | None:
    """None where the account was changed while its password was compared, or has a role that is none here."""
    dated = passwords.is_outdated(found.password_hash)
    password_hash = passwords.hash(password) if dated else found.password_hash
    try:
        caller = caller_of({"sub": found.user, "role": found.role, "branch": found.branch_id})
    except EbbwatchError:
        return None

    def act(context: ActContext) -> str | None:
        if not accounts.save_success(context.tx, found, password_hash):
            return None
        return sessions.begin(context, wanted)

    return performer.perform(caller, act, request)


def _report_failure(performer: Performer, found: Account, request: ActRequest) -> None:
    """The log hears of each wrong password of a known user, the audit trail of each time an account is locked."""
    failures = found.failures + 1
    log.warning("wrong password", extra={"user": found.user, "failures": failures})
    if failures < TRIES:
        return
    minutes = accounts.lock_after(failures).total_seconds() / 60
    entry = audit.Entry(  # of nobody's act: who tried is not known to be the account's person
        at=performer.clock(),
        actor=found.user,
        role=found.role,
        action="account.lock",
        kind="account",
        key=found.user,
        before=None,
        after={"failures": failures, "minutes": minutes},
        request_id=request.request_id,
    )
    performer.store.transact(lambda tx: audit.record(tx, entry))
