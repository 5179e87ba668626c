"""The sentence of an alert in the reader's language, whole or in parts, made from what was published of it."""

from __future__ import annotations

from casework.alerts.published_sentence import published_facts
from casework.alerts.sentence import SentenceParts, sentence_parts, whole_sentence
from language.catalogues import Language, texts_in
from schemas.http_alerts import AlertBody


def parts(alert: AlertBody, language: Language) -> SentenceParts:
    """Each part by itself: the comparisons, since when and how long is left, the reasons."""
    return sentence_parts(published_facts(alert), texts_in(language))


def sentence(alert: AlertBody, language: Language) -> str:
    """All of it."""
    return whole_sentence(published_facts(alert), texts_in(language))
