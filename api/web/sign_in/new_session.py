"""The moment of signing in: a session with a token that never was before, and the row of the audit trail."""

from __future__ import annotations

import secrets

from fastapi import Request
from fastapi.responses import RedirectResponse

from api.auth import Caller
from api.deps import ApiDeps
from api.web.config import DeskConfig
from api.web.sign_in.session_cookie import give_cookie, token_of
from store import audit
from store.notices import notice_preferences
from store.sign_in import web_sessions
from store.sign_in.web_sessions import Session, hash_of
from store.unit_of_work import Tx

_TOKEN_BYTES = 32


def new_session(config: DeskConfig, caller: Caller) -> tuple[str, Session]:
    """A cookie's value, and the session to be kept for it."""
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), config.now()
    return token, Session(
        token_hash=hash_of(token),
        user=caller.actor,
        role=caller.role.value,
        branch_id=caller.branch,
        csrf=secrets.token_urlsafe(_TOKEN_BYTES),
        made_at=now,
        seen_at=now,
        expires_at=now + config.session,
    )


def begin(tx: Tx, request: Request, deps: ApiDeps, caller: Caller, id_token: str | None = None) -> str:
    """1. The session that the browser came with ends. 2. A new one. 3. Audit. Its cookie's value."""
    token, session = new_session(deps.desk, caller)
    if (old := token_of(request, deps.desk)) is not None:
        web_sessions.end(tx, hash_of(old))
    web_sessions.forget_expired(tx, session.made_at)
    web_sessions.add(tx, session, id_token)
    notice_preferences.follow_role(tx, caller.actor, caller.role.value, caller.branch)
    audit.record(tx, entry(deps, caller, "session.begin", request.state.request_id))
    return token


def entry(deps: ApiDeps, caller: Caller, action: str, request_id: str) -> audit.Entry:
    """What the audit trail says of coming and going: who, never which session."""
    after = {"branch": caller.branch} if caller.branch else None
    return audit.Entry(
        at=deps.clock(),
        actor=caller.actor,
        role=caller.role.value,
        action=action,
        kind="session",
        key=caller.actor,
        before=None,
        after=after,
        request_id=request_id,
    )


def welcomed(config: DeskConfig, token: str, back_to: str) -> RedirectResponse:
    """On to what they wanted to see, with the cookie."""
    answer = RedirectResponse(back_to, 303)
    give_cookie(answer, config, token)
    return answer
