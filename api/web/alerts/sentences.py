"""The sentence of an alert in the reader's language, whole or in parts, made from what was published of it."""

from __future__ import annotations

from decimal import Decimal

from casework.alerts.comparison_sentence import ComparisonFacts
from casework.alerts.explanation_sentence import ExplanationFacts
from casework.alerts.sentence import SentenceFacts, SentenceParts, sentence_parts, whole_sentence
from language.catalogues import Language, texts_in
from schemas.explanations import FindingKind, Label, Strength, WeeksLeft
from schemas.http_alerts import AlertBody
from schemas.http_explanations import ExplanationBody
from schemas.verdicts import Baseline, Direction, Series
from schemas.weeks import parse_week


def parts(alert: AlertBody, language: Language) -> SentenceParts:
    """Each part by itself: the comparisons, since when and how long is left, the reasons."""
    return sentence_parts(_facts(alert), texts_in(language))


def sentence(alert: AlertBody, language: Language) -> str:
    """All of it."""
    return whole_sentence(_facts(alert), texts_in(language))


def _facts(alert: AlertBody) -> SentenceFacts:
    return SentenceFacts(
        Direction(alert.direction),
        Series(alert.series),
        tuple(
            ComparisonFacts(
                Series(each.series),
                Baseline(each.baseline),
                each.base_weeks,
                Decimal(each.actual),
                each.deviation_pct,
            )
            for each in alert.comparisons
        ),
        Decimal(alert.value_at_risk),
        alert.currency,
        None if alert.score is None else alert.score.probability,
        None if alert.explanation is None else _explanation(alert.explanation),
    )


def _explanation(body: ExplanationBody) -> ExplanationFacts:
    return ExplanationFacts(
        parse_week(body.onset_week),
        parse_week(body.onset_earliest),
        parse_week(body.onset_latest),
        WeeksLeft(body.weeks_left_least, body.weeks_left_most),
        Label(body.label),
        Strength(body.strength),
        {FindingKind(each.kind): each.change_pct for each in body.evidence},
    )
