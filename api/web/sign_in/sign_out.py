"""Signing out: here, and where the identity provider has a page for it, there too."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from acts.sign_in import sessions
from api.deps import Deps
from api.reading import Reading
from api.web import csrf
from api.web.paths import SIGN_IN, SIGN_OUT, SIGNED_OUT
from api.web.rendering import render_for
from api.web.session_cookie import take_cookie
from api.web.sign_in.new_session import act_request
from api.web.visitor import find_session

router = APIRouter(include_in_schema=False)


@router.post(SIGN_OUT)
def sign_out(request: Request, deps: Deps, reading: Reading, sent: csrf.SentToken) -> Response:
    """Who was signed out already is told the same."""
    found = find_session(request, deps, reading)
    reading.close()
    if found is None:
        return RedirectResponse(SIGNED_OUT, 303)
    session, caller = found
    csrf.check(request, deps.desk, session.csrf, sent)
    request.state.caller = caller  # for the request log
    act = partial(sessions.end, token_hash=session.token_hash)
    id_token = deps.performer.perform(caller, act, act_request(request))
    there = deps.desk.provider.sign_out_url(id_token) if deps.desk.provider and id_token else None
    answer = RedirectResponse(there or SIGNED_OUT, 303)
    take_cookie(answer, deps.desk)
    return answer


@router.get(SIGNED_OUT)
def signed_out(request: Request) -> Response:
    """A page of its own: with a provider, the sign-in page would sign the same person in again."""
    return render_for(request, None, "signed_out.html", sign_in=SIGN_IN)
