"""The form that switches between the languages of the desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from api.deps import Deps
from api.web.csrf import check_origin
from api.web.language.choice import COOKIE
from api.web.paths import local_path
from language.catalogues import Language, languages

SWITCH = "/desk/language"
_COOKIE_S = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


def _one_we_have(language: str) -> Language:
    if language not in languages():
        raise ValueError("no catalogue has this language")
    return language


@router.post(SWITCH)
def switch(
    request: Request,
    deps: Deps,
    language: Annotated[str, Form(), AfterValidator(_one_we_have)],
    back_to: Annotated[str, Form()] = "/",
) -> RedirectResponse:
    """Remember the language on this device. Nobody need be signed in: the sign-in page is read too."""
    check_origin(request, deps.desk)
    answer = RedirectResponse(local_path(back_to, doors=True), 303)
    answer.set_cookie(
        COOKIE, language, max_age=_COOKIE_S, path="/", httponly=True, samesite="lax", secure=deps.desk.is_https
    )
    return answer
