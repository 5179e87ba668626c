"""Templates to pages, in the language of who looks at them. What a template may use: templates/base.html."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from acts.roles import Permission
from api.deps import ApiDeps
from api.web import flash
from api.web.assets import static_url
from api.web.csrf import SAFE
from api.web.language import words
from api.web.language.choice import language_of
from api.web.language.formats import Formats
from api.web.navigation import links
from api.web.paths import HOME, path_of
from api.web.visitor import Visitor
from casework.alerts.sentence import shown_chance
from language.catalogues import Language, Texts, all_texts, texts_in
from schemas.explanations import is_unusually_silent

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Pages:
    """Templates of one language: gettext and formats are bound to the environment. `texts` escape nothing."""

    environment: Environment
    formats: Formats
    texts: Texts


def render(visitor: Visitor, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The page, for somebody who is signed in."""
    return render_for(visitor.request, visitor, template, status=status, **values)


def render_for(
    request: Request, visitor: Visitor | None, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page, also for somebody who is not signed in."""
    deps: ApiDeps = request.app.state.deps
    language = language_of(request)
    pages = pages_in(language)
    left = flash.read(request)
    always = {
        "visitor": visitor,
        "language": language,
        "languages": all_texts(),
        "path": request.url.path,
        "here": path_of(request) if request.method in SAFE else HOME,  # a form's address cannot be gone back to
        "zone": deps.calendar.zone,
        "now": deps.clock(),
        "today": deps.today(),
        "base_currency": deps.base_currency,
        "told": left and _in_words(pages, left),
        "links": links(visitor),
    }
    text = pages.environment.get_template(template).render(always | values)
    answer = HTMLResponse(text, status)
    if left is not None:
        flash.forget(answer, deps.desk)
    return answer


@cache
def pages_in(language: Language) -> Pages:
    """Compiled when they are first used, and kept: a template changes with its package alone."""
    texts = texts_in(language)
    formats = Formats(texts.locale)
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(texts.translations, newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update(static_url=static_url, new_key=_new_key, client_path=client_path, Permission=Permission)
    made.globals.update(is_unusually_silent=is_unusually_silent)
    made.filters.update(
        number=formats.number,
        amount=formats.amount,
        money=formats.money,
        compact=formats.compact,
        percent=formats.percent,
        chance=lambda chance: formats.percent(shown_chance(chance), 0, signed=False),
        day=formats.day,
        short_day=formats.short_day,
        week=formats.week,
        listed=formats.listed,
        moment=_moment_filter(formats),
        word=lambda code, kind: texts.gettext(words.msgid(kind, code)),
    )
    return Pages(made, formats, texts)


def client_path(client_id: str) -> str:
    """Ids may hold a slash, which the route takes, and nothing else that an address must escape."""
    return f"/desk/clients/{quote(client_id, safe='/:')}"


def _new_key() -> str:
    """An Idempotency-Key: the same form sent twice is one change."""
    return secrets.token_urlsafe(16)


def _moment_filter(formats: Formats) -> Any:
    @pass_context
    def moment(context: Context, value: datetime) -> str:
        return formats.moment(value, context["zone"])

    return moment


def _in_words(pages: Pages, left: flash.Flash) -> flash.FlashText:
    if left.n is None:
        return flash.FlashText(pages.texts.gettext(left.text), left.tone)
    text = left.text if left.n == 1 or left.many is None else left.many
    return flash.FlashText(pages.texts.gettext(text, n=pages.formats.number(left.n)), left.tone)
