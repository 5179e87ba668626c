"""Why we think that a client's fall is one: the explanation of its alert, laid out to be worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.web.alerts.rows import left_of
from api.web.alerts.sentences import reasons
from api.web.visitor import Visitor
from schemas.explanations import SUPPORTED, TRIAL_WEEKS, WeeksLeft
from schemas.http_alerts import AlertBody
from schemas.http_explanations import ExplanationBody, FindingBody, SpanBody
from schemas.weeks import monday, parse_week

Days = tuple[date, date]  # first and last


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One finding, with the days and the number of the weeks on each side."""

    finding: FindingBody
    before: Days
    after: Days
    before_weeks: int
    after_weeks: int


@dataclass(frozen=True, slots=True)
class Why:
    """`reasons` in the reader's language. `onset`, `earliest`, `latest`: Mondays. `gone`: weeks from the onset to
    the end of last week; the weeks left are those of `trial` less it. `support`: best first. `at_risk`: the
    two means that the money is made of.
    """

    alert: AlertBody
    reasons: str
    told: ExplanationBody
    onset: date
    earliest: date
    latest: date
    left: WeeksLeft
    gone: int
    trial: tuple[int, int]
    lines: Sequence[WhyLine]
    at_risk: WhyLine | None
    support: Sequence[tuple[str, float]]


def why_of(visitor: Visitor, alerts: Sequence[AlertBody]) -> Why | None:
    """Of the first that is explained; at most one fall of a client is open."""
    for alert in alerts:
        left = left_of(alert)
        if alert.explanation is not None and left is not None:
            return _why(visitor, alert, alert.explanation, left)
    return None


def _why(visitor: Visitor, alert: AlertBody, told: ExplanationBody, left: WeeksLeft) -> Why:
    lines = [_line(finding) for finding in told.evidence]
    onset = parse_week(told.onset_week)
    support = [(label.value, float(getattr(told.support, label.value))) for label in SUPPORTED]
    return Why(
        alert=alert,
        reasons=reasons(alert, visitor.language),
        told=told,
        onset=monday(onset),
        earliest=monday(parse_week(told.onset_earliest)),
        latest=monday(parse_week(told.onset_latest)),
        left=left,
        gone=max(0, parse_week(alert.week) - onset + 1) if alert.weeks_left is None else TRIAL_WEEKS[1] - left.most,
        trial=TRIAL_WEEKS,
        lines=[line for line in lines if line.finding.kind != "value_at_risk"],
        at_risk=next((line for line in lines if line.finding.kind == "value_at_risk"), None),
        support=sorted(support, key=lambda item: -item[1]),
    )


def _line(finding: FindingBody) -> WhyLine:
    before, after = finding.before_weeks, finding.after_weeks
    return WhyLine(finding, _days(before), _days(after), _count(before), _count(after))


def _days(span: SpanBody) -> Days:
    """From the Monday of its first week to the Sunday of its last."""
    end = monday(parse_week(span.last) + 1)
    return monday(parse_week(span.first)), date.fromordinal(end.toordinal() - 1)


def _count(span: SpanBody) -> int:
    return parse_week(span.last) - parse_week(span.first) + 1
