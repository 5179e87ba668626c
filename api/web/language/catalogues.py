"""The languages of the desk: their catalogues, their locales, and the form that switches between them.

A catalogue is a .po file, compiled in memory when it is first asked for: there is no build step to forget.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from api.deps import Deps
from api.web.csrf import check_origin
from api.web.language.choice import COOKIE, Language
from api.web.paths import local_path

CATALOGUES = Path(__file__).parents[1] / "locale"
SWITCH = "/desk/language"
_KEPT_S = 365 * 24 * 3600
# British dates: a day is written before its month in every branch that reads this page in English.
_LOCALES: dict[Language, Locale] = {"en": Locale("en", "GB"), "zh-Hans": Locale("zh", script="Hans")}
_NAMES: dict[Language, str] = {"en": "English", "zh-Hans": "简体中文"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its tag for `<html lang>`, what it calls itself, how it writes numbers, what it says."""

    tag: Language
    name: str
    locale: Locale
    said: NullTranslations


@cache
def tongue(language: Language) -> Tongue:
    """The language, with its catalogue read."""
    return Tongue(language, _NAMES[language], _LOCALES[language], _catalogue(language))


def tongues() -> list[Tongue]:
    """All of them, in the order in which they are offered."""
    return [tongue(language) for language in get_args(Language)]


def catalogue_file(language: Language) -> Path:
    return CATALOGUES / str(_LOCALES[language]) / "LC_MESSAGES" / "desk.po"


def _catalogue(language: Language) -> NullTranslations:
    if language == "en":  # what the source says is English
        return NullTranslations()
    with catalogue_file(language).open("rb") as file:
        read = read_po(file, locale=_LOCALES[language])
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)


@router.post(SWITCH)
def switch(
    request: Request, deps: Deps, language: Annotated[Language, Form()], back_to: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Remember the language on this device. Nobody need be signed in: the sign-in page is read too."""
    check_origin(request, deps.desk)
    answer = RedirectResponse(local_path(back_to, doors=True), 303)
    answer.set_cookie(
        COOKIE, language, max_age=_KEPT_S, path="/", httponly=True, samesite="lax", secure=deps.desk.is_https
    )
    return answer
