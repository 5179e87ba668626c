"""Signing in: with a local account, or by way of the bank's identity provider where one is set.

See docs/decisions/0020-the-desk.md.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.sign_in.password_sign_in import sign_in as sign_in_with_password
from api.deps import Deps
from api.desk_config import DeskConfig
from api.reading import Reading
from api.web.csrf import check_origin
from api.web.paths import CALLBACK, SIGN_IN, local_path
from api.web.rendering import render_for
from api.web.sign_in import browser, provider_sign_in
from api.web.sign_in.new_session import act_request, redirect_with_cookie, wanted_session
from api.web.visitor import find_session
from language.marking import N_
from schemas.errors import NotFound

router = APIRouter(include_in_schema=False)
_WRONG = N_("User or password is wrong, or the account is locked for a while.")
_STALE = N_("The page was open for too long, or this browser keeps no cookies. Try again.")


@router.get(SIGN_IN)
def sign_in(
    request: Request, deps: Deps, reading: Reading, back_to: Annotated[str | None, Query(alias="next")] = None
) -> Response:
    """The form; with a provider straight on to it."""
    wanted = local_path(back_to)
    found = find_session(request, deps, reading)
    reading.close()
    if found is not None:
        return RedirectResponse(wanted, 303)
    if deps.desk.provider is not None:
        return provider_sign_in.send_out(request, deps, deps.desk.provider, wanted)
    return _form(request, deps.desk, wanted)


@router.post(SIGN_IN)
def sign_in_locally(
    request: Request,
    deps: Deps,
    user: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    back_to: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """1. Our own form? 2. The account, and a session. 3. On to the page that was wanted."""
    if deps.desk.provider is not None:
        raise NotFound("page", SIGN_IN)
    check_origin(request, deps.desk)
    wanted = local_path(back_to)
    if not browser.is_own_form(request, deps.desk, csrf):
        return _form(request, deps.desk, wanted, user, _STALE)
    wanted_here = wanted_session(request, deps.desk)
    token = sign_in_with_password(
        deps.performer, deps.desk.passwords, user.strip(), password, wanted_here, act_request(request)
    )
    if token is None:
        return _form(request, deps.desk, wanted, user, _WRONG)
    return redirect_with_cookie(deps.desk, token, wanted)


@router.get(CALLBACK)
def come_back(request: Request, deps: Deps) -> Response:
    """Where the provider sends people back to."""
    if deps.desk.provider is None:
        raise NotFound("page", CALLBACK)
    return provider_sign_in.come_back(request, deps, deps.desk.provider)


def _form(
    request: Request, config: DeskConfig, back_to: str, user: str = "", problem: str | None = None
) -> Response:
    secret = browser.secret_of(request, config)
    page = render_for(
        request,
        None,
        "sign_in.html",
        status=403 if problem else 200,
        token=browser.form_token(secret),
        back_to=back_to,
        user=user,
        problem=problem,
    )
    browser.give_cookie(page, config, secret)
    return page
