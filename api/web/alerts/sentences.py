"""The sentence of an alert in the reader's language, whole or in parts, made from what was published of it."""

from __future__ import annotations

from casework.alerts.explanation_sentence import reasons_sentence
from casework.alerts.published_sentence import published_facts
from casework.alerts.sentence import comparisons_sentence, whole_sentence
from language.catalogues import Language, texts_in
from schemas.http_alerts import AlertBody


def comparisons(alert: AlertBody, language: Language) -> str:
    """Its first part: as of the alert's week, where what it looks like is shown as of last week."""
    return comparisons_sentence(published_facts(alert), texts_in(language))


def reasons(alert: AlertBody, language: Language) -> str:
    """Its last part: what it looks like; empty where nothing is explained."""
    explanation = published_facts(alert).explanation
    return "" if explanation is None else reasons_sentence(explanation, texts_in(language))


def sentence(alert: AlertBody, language: Language) -> str:
    """All of it."""
    return whole_sentence(published_facts(alert), texts_in(language))
