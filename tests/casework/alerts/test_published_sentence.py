"""What was published of an alert is enough to say its sentence again, to the byte."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from casework.alerts.message import ClientFacts, alert_message
from casework.alerts.published_sentence import published_facts
from casework.alerts.sentence import whole_sentence
from language.catalogues import texts_in
from schemas.explanations import Explanation, Finding, FindingKind, Label, Span, Strength
from schemas.messages import AlertMessage, encode_message
from schemas.verdicts import Baseline, Direction, Grade, LeaverScore, Series
from schemas.weeks import Week, parse_week

W = parse_week("2025-W50")
SPANS = (Span(Week(W - 61), Week(W - 10)), Span(Week(W - 9), W))
EXPLANATION = Explanation(
    week=W,
    onset_week=Week(W - 14),
    onset_earliest=Week(W - 16),
    onset_latest=Week(W - 8),
    label=Label.LEAVING,
    strength=Strength.FAIR,
    support=(1.0, 0.0, 0.0, 0.0),
    findings=(
        Finding(FindingKind.CREDITS, *SPANS, 100, 50, -60.2),
        Finding(FindingKind.BRANCH_EVENTS, *SPANS, 90, 91, 1.1, 40),
        Finding(FindingKind.INDUSTRY, *SPANS, None, None, None),
    ),
    version=1,
)
NUMBERS = [
    (Series.CREDIT, Baseline.WEEK_VS_RECENT, 31_000_050, 50_000_000),
    (Series.DEBIT, Baseline.WEEK_VS_RECENT, 1, 50_000_000),
    (Series.CREDIT, Baseline.QUARTER_VS_YEAR, -700, 50_000_000),
]


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("explanation", [None, EXPLANATION])
@pytest.mark.parametrize("score", [None, LeaverScore(0.523, "m-1", True)])
@pytest.mark.parametrize("compared", [NUMBERS, NUMBERS[2:], []])
def test_the_sentence_made_from_a_message_is_its_summary(
    book, verdict, comparison, direction, explanation, score, compared
) -> None:
    comparisons = tuple(comparison(*numbers, Grade.PROMPT) for numbers in compared)
    made = verdict(W, direction=direction, comparisons=comparisons, value_at_risk_minor=123_456)
    history = book()
    history.judge(W, replace(made, score=score))
    message = alert_message(history.only(), ClientFacts("C1", "C1", "B1", "A"), "HKD", explanation)
    read = msgspec.json.decode(encode_message(message), type=AlertMessage)
    facts = published_facts(read)
    assert whole_sentence(facts, texts_in("en")) == message.summary.en
    assert whole_sentence(facts, texts_in("zh-Hans")) == message.summary.zh
