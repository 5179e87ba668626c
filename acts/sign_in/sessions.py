"""Signing in and out at the desk: sessions begin and end, and the audit trail says whose, never which."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from acts.callers import Caller
from acts.performing import ActContext, Fields
from store.notices import notice_preferences
from store.sign_in import web_sessions
from store.sign_in.web_sessions import Session, hash_token

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session is to be. `now`: the world's time, which sessions keep also beside a simulated bank.

    `old_token`: of the session that the browser came with. `id_token`: of a provider's sign-in, to sign out there.
    """

    now: datetime
    lasts: timedelta
    old_token: str | None = None
    id_token: str | None = None


def begin(context: ActContext, wanted: NewSession) -> str:
    """1. The session that the browser came with ends. 2. A new one. 3. Audit. Its cookie's value."""
    token, session = new_session(context.caller, wanted.now, wanted.lasts)
    if wanted.old_token is not None:
        web_sessions.end_session(context.tx, hash_token(wanted.old_token))
    web_sessions.forget_expired(context.tx, wanted.now)
    web_sessions.add_session(context.tx, session, wanted.id_token)
    notice_preferences.follow_role(context.tx, session.user, session.role, session.branch_id)
    _audit(context, "session.begin")
    return token


def end(context: ActContext, token_hash: str) -> str | None:
    """Sign out this device; the ID token of its sign-in, where a provider gave one."""
    _audit(context, "session.end")
    return web_sessions.end_session(context.tx, token_hash)


def new_session(caller: Caller, now: datetime, lasts: timedelta) -> tuple[str, Session]:
    """A cookie's value, that never was before, and the session to be stored for it."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, Session(
        token_hash=hash_token(token),
        user=caller.actor,
        role=str(caller.role),
        branch_id=caller.branch,
        csrf=secrets.token_urlsafe(_TOKEN_BYTES),
        made_at=now,
        seen_at=now,
        expires_at=now + lasts,
    )


def _audit(context: ActContext, action: str) -> None:
    after: Fields | None = {"branch": context.caller.branch} if context.caller.branch else None
    context.audit(action, "session", context.actor, None, after)
