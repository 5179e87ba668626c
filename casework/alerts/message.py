"""The message of one alert revision. The same episode gives the same bytes, whenever and wherever it is made."""

from __future__ import annotations

from dataclasses import dataclass

from casework.alerts.episodes import Episode, leading_series
from casework.alerts.explanation_message import explanation_message
from casework.alerts.income import STANDARD_MARGINS, Margins
from casework.alerts.sentence import sentence
from casework.alerts.weekly_means import mean_text
from schemas.explanations import Explanation
from schemas.messages import AlertMessage, CommonMessage, ComparisonMessage, ScoreMessage
from schemas.money import format_amount
from schemas.verdicts import Comparison, Grade, Verdict
from schemas.weeks import format_week


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What an alert says of its client; `industry`: beside whom it is judged."""

    client_id: str
    name: str
    branch_id: str
    tier: str
    industry: str | None = None


def alert_message(
    episode: Episode,
    client: ClientFacts,
    currency: str,
    explanation: Explanation | None = None,
    margins: Margins = STANDARD_MARGINS,
) -> AlertMessage:
    """What is published of `episode`; amounts in `currency`, the base currency. Raises NotMoney if unknown."""
    verdict = episode.newest
    income_minor = margins.income_minor(episode.value_at_risk_minor, client.tier)
    return AlertMessage(
        alert_id=episode.alert_id,
        revision=episode.revision,
        client_id=episode.client_id,
        branch_id=client.branch_id,
        week=format_week(episode.last_week),
        opened_week=format_week(episode.opened_week),
        grade="alarm" if episode.grade is Grade.ALARM else "prompt",
        state=episode.state,
        direction=episode.direction.value,
        series=leading_series(verdict).value,
        comparisons=comparison_messages(verdict, currency),
        summary=sentence(verdict, currency, explanation),
        value_at_risk=format_amount(episode.value_at_risk_minor, currency),
        currency=currency,
        policy_version=verdict.policy_version,
        ledger_revision=verdict.ledger_revision,
        outcome=episode.outcome,
        assignee=episode.assignee,
        explanation=None if explanation is None else explanation_message(explanation, currency),
        score=_score(verdict),
        common=common_message(verdict),
        income_at_risk=format_amount(income_minor, currency),
    )


def common_message(verdict: Verdict) -> CommonMessage | None:
    """What was taken off before it was judged."""
    if verdict.common is None:
        return None
    common = verdict.common
    return CommonMessage(common.kind.value, common.name, common.size_pct, common.quiet_weeks)


def _score(verdict: Verdict) -> ScoreMessage | None:
    if verdict.score is None:
        return None
    return ScoreMessage(round(verdict.score.probability, 4), verdict.score.model_version, verdict.score.raised)


def comparison_messages(verdict: Verdict, currency: str) -> tuple[ComparisonMessage, ...]:
    """The verdict's comparisons, worst first, with amounts in `currency`."""
    return tuple(_comparison(comparison, currency) for comparison in verdict.comparisons)


def _comparison(comparison: Comparison, currency: str) -> ComparisonMessage:
    return ComparisonMessage(
        series=comparison.series.value,
        baseline=comparison.baseline.value,
        weeks=comparison.weeks,
        base_weeks=comparison.base_weeks,
        actual=mean_text(comparison.series, comparison.actual_minor, currency),
        expected=mean_text(comparison.series, comparison.expected_minor, currency),
        deviation_pct=comparison.deviation_pct,
        preset_pct=comparison.preset_pct,
        grade="alarm" if comparison.grade is Grade.ALARM else "prompt",
        judged_pct=comparison.judged_pct,
        shift_weeks=comparison.shift_weeks,
    )
