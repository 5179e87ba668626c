"""The outcomes that a form offers."""

from __future__ import annotations

from typing import get_args

from api.web.language.words import msgid
from language.catalogues import Language, texts_in
from schemas.vocabulary import Outcome

_PEOPLE_SAY = tuple(outcome for outcome in get_args(Outcome) if outcome not in ("withdrawn", "recovered", "gone"))


def outcome_options(language: Language) -> list[tuple[str, str]]:
    """What people say of an alert, none of it chosen."""
    texts = texts_in(language)
    return [("", ""), *((code, texts.gettext(msgid("outcome", code))) for code in _PEOPLE_SAY)]
