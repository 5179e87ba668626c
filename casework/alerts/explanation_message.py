"""An explanation as it is published and shown."""

from __future__ import annotations

from schemas.explanations import Explanation, Finding, FindingKind, Span, weeks_left
from schemas.messages import ExplanationMessage, FindingMessage, SpanMessage, SupportMessage
from schemas.money import format_amount
from schemas.weeks import format_week


def explanation_message(explanation: Explanation, currency: str) -> ExplanationMessage:
    """Amounts in `currency`. Raises NotMoney for an unknown one."""
    left = weeks_left(explanation.onset_week, explanation.week)
    return ExplanationMessage(
        onset_week=format_week(explanation.onset_week),
        onset_earliest=format_week(explanation.onset_earliest),
        onset_latest=format_week(explanation.onset_latest),
        weeks_left_least=left.least,
        weeks_left_most=left.most,
        label=explanation.label.value,
        strength=explanation.strength.value,
        support=SupportMessage(*explanation.support),
        evidence=tuple(_finding(found, currency) for found in explanation.findings),
        version=explanation.version,
        silent_weeks=explanation.silent_weeks,
        usual_silent_weeks=explanation.usual_silent_weeks,
    )


def _finding(found: Finding, currency: str) -> FindingMessage:
    return FindingMessage(
        kind=found.kind.value,
        before_weeks=_span(found.before_weeks),
        after_weeks=_span(found.after_weeks),
        before=_value(found.kind, found.before, currency),
        after=_value(found.kind, found.after, currency),
        change_pct=found.change_pct,
        count=found.count,
    )


def _value(kind: FindingKind, value: int | None, currency: str) -> str | None:
    if value is None:
        return None
    return str(value) if kind is FindingKind.BRANCH_EVENTS else format_amount(value, currency)


def _span(span: Span) -> SpanMessage:
    return SpanMessage(format_week(span.first), format_week(span.last))
