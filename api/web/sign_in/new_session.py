"""The moment of signing in: which session a browser is to have, and on to the page that was wanted."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse

from acts.performing import ActRequest
from acts.sign_in.sessions import NewSession
from api.desk_config import DeskConfig
from api.web.session_cookie import give_cookie, token_of


def wanted_session(request: Request, config: DeskConfig, id_token: str | None = None) -> NewSession:
    """A session of this browser, in place of the one that it came with."""
    return NewSession(config.now(), config.session, token_of(request, config), id_token)


def act_request(request: Request) -> ActRequest:
    """What is said beside an act of signing in or out: only which request it was."""
    return ActRequest(request_id=request.state.request_id)


def redirect_with_cookie(config: DeskConfig, token: str, back_to: str) -> RedirectResponse:
    """On to what they wanted to see, with the cookie."""
    answer = RedirectResponse(back_to, 303)
    give_cookie(answer, config, token)
    return answer
