"""Out to the identity provider and back: what is kept of it meanwhile, and whom it turns out to be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from acts.callers import Caller
from acts.roles import Role
from acts.sign_in import sessions
from acts.sign_in.claims import caller_of
from api.deps import ApiDeps
from api.desk_config import DeskConfig
from api.desk_errors import SignInFailed
from api.sign_in_provider import SignInProvider
from api.web.sign_in import browser
from api.web.sign_in.new_session import act_request, redirect_with_cookie, wanted_session
from schemas.errors import EbbwatchError
from store.sign_in import sign_in_attempts
from store.sign_in.sign_in_attempts import Attempt
from store.sign_in.web_sessions import hash_token
from store.unit_of_work import Tx

ATTEMPT_TTL = timedelta(minutes=10)  # a second factor is found within it, and a forgotten tab is not
_NONCE_BYTES = 32
_VERIFIER_BYTES = 48  # RFC 7636, 4.1: 43 to 128 characters; these make 64


def send_out(request: Request, deps: ApiDeps, provider: SignInProvider, back_to: str) -> Response:
    """1. State, nonce and verifier. 2. Where to. 3. Save them for the way back."""
    secret, now = browser.secret_of(request, deps.desk), deps.desk.now()
    state = browser.new_state(secret)
    attempt = Attempt(
        state_hash=hash_token(state),
        nonce=secrets.token_urlsafe(_NONCE_BYTES),
        code_verifier=secrets.token_urlsafe(_VERIFIER_BYTES),
        return_to=back_to,
        expires_at=now + ATTEMPT_TTL,
    )
    url = provider.sign_in_url(state, attempt.nonce, attempt.code_verifier)

    def save(tx: Tx) -> None:
        sign_in_attempts.forget_expired(tx, now)
        sign_in_attempts.add_attempt(tx, attempt)

    deps.store.transact(save)
    answer = RedirectResponse(url, 303)
    browser.give_cookie(answer, deps.desk, secret)
    return answer


def come_back(request: Request, deps: ApiDeps, provider: SignInProvider) -> Response:
    """1. The attempt, of this browser, once. 2. What the provider says. 3. A session. Raises SignInFailed."""
    answer = dict(request.query_params)
    attempt = _take_attempt(request, deps, answer.get("state", ""))
    signed = provider.signed_in(answer, attempt.nonce, attempt.code_verifier)
    try:
        caller = caller_from(signed.claims, deps.desk)
    except EbbwatchError as error:
        raise SignInFailed("rights", str(error), provider.sign_out_url(signed.id_token)) from None
    act = partial(sessions.begin, wanted=wanted_session(request, deps.desk, signed.id_token))
    token = deps.performer.perform(caller, act, act_request(request))
    return redirect_with_cookie(deps.desk, token, attempt.return_to)


def _take_attempt(request: Request, deps: ApiDeps, state: str) -> Attempt:
    if not browser.is_own_state(request, deps.desk, state):
        raise SignInFailed("attempt", "the state is not one of this browser's")
    now = deps.desk.now()
    attempt = deps.store.transact(lambda tx: sign_in_attempts.take_attempt(tx, hash_token(state), now))
    if attempt is None:
        raise SignInFailed("attempt", "the state was used before or has expired")
    return attempt


def caller_from(claims: Mapping[str, Any], config: DeskConfig) -> Caller:
    """Who the ID token names. Raises NotAuthenticated or Forbidden where they have no role or branch here."""
    return caller_of(
        {
            "sub": claims["sub"],
            "role": _role(claims.get(config.role_claim)),
            "branch": claims.get(config.branch_claim),
        }
    )


def _role(claim: object) -> object:
    """Providers that give a list of roles give those of other services in it too; ours must be one alone."""
    if not isinstance(claim, list):
        return claim
    ours = [role for role in claim if isinstance(role, str) and role in set(Role)]
    return ours[0] if len(ours) == 1 else None
