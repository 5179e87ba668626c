"""The sentence of an alert from what was published of it, so that it can be said in any language later."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from casework.alerts.comparison_sentence import CommonFacts, ComparisonFacts
from casework.alerts.explanation_sentence import ExplanationFacts, said_silence
from casework.alerts.sentence import SentenceFacts
from schemas.explanations import FindingKind, Label, Strength, WeeksLeft
from schemas.messages import AlertMessage, CommonMessage, ExplanationMessage
from schemas.verdicts import Baseline, Direction, GroupKind, Series
from schemas.weeks import parse_week

if TYPE_CHECKING:  # they need pydantic, which no other process but the API's loads
    from schemas.http_alerts import AlertBody, CommonBody
    from schemas.http_explanations import ExplanationBody


def published_facts(alert: AlertMessage | AlertBody) -> SentenceFacts:
    """What the sentence is made of: the message and the HTTP body of an alert have the same names for it."""
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
        None if alert.common is None else _common(alert.common),
    )


def _common(published: CommonMessage | CommonBody) -> CommonFacts:
    kind = GroupKind(published.kind)
    return CommonFacts(kind, published.name, published.size_pct, published.quiet_weeks)


def _explanation(published: ExplanationMessage | ExplanationBody) -> ExplanationFacts:
    spans = [each.before_weeks for each in published.evidence if each.kind == FindingKind.CREDITS.value]
    return ExplanationFacts(
        parse_week(published.onset_week),
        parse_week(published.onset_earliest),
        parse_week(published.onset_latest),
        WeeksLeft(published.weeks_left_least, published.weeks_left_most),
        Label(published.label),
        Strength(published.strength),
        {FindingKind(each.kind): each.change_pct for each in published.evidence},
        parse_week(spans[0].last) - parse_week(spans[0].first) + 1 if spans else 0,
        said_silence(published.silent_weeks, published.usual_silent_weeks),
    )
