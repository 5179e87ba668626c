"""Alerts as they are shown: what was published of the revision, and what people have said of it since."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from casework.alerts.episodes import Episode
from casework.alerts.holdout import HoldOut, is_held_out
from casework.alerts.message import common_message, comparison_messages
from schemas.http_alerts import (
    AlertBody,
    AlertDetailBody,
    CommonBody,
    ComparisonBody,
    EvidenceBody,
    ScoreBody,
    SummaryBody,
)
from schemas.http_explanations import ExplanationBody
from schemas.messages import CommonMessage
from schemas.money import format_amount
from schemas.verdicts import Grade, Verdict
from schemas.weeks import format_week
from store.alerts.alert_search import AlertRow


def alert_body(row: AlertRow, hold_out: HoldOut, currency: str) -> AlertBody:
    """Amounts in `currency`."""
    return AlertBody(**_fields(row, hold_out, currency))


def alert_detail_body(row: AlertRow, hold_out: HoldOut, episode: Episode, currency: str) -> AlertDetailBody:
    """With the evidence of each week, newest first; its amounts in `currency`."""
    newest_first = sorted(episode.evidence.values(), key=lambda verdict: verdict.week, reverse=True)
    return AlertDetailBody(
        **_fields(row, hold_out, currency), evidence=[_evidence(verdict, currency) for verdict in newest_first]
    )


def _fields(row: AlertRow, hold_out: HoldOut, currency: str) -> dict[str, Any]:
    published = msgspec.structs.asdict(row.message)
    return published | {
        "comparisons": [ComparisonBody(**msgspec.structs.asdict(each)) for each in row.message.comparisons],
        "summary": SummaryBody(en=row.message.summary.en, zh=row.message.summary.zh),
        "explanation": _explanation(row),
        "score": None if row.message.score is None else ScoreBody(**msgspec.structs.asdict(row.message.score)),
        "common": _common(row.message.common),
        "client_name": row.client_name,
        "branch_id": row.branch_id,  # the client's branch of today, by which it was found
        "tier": row.tier,
        "snoozed_until": row.snoozed_until,
        "snooze_reason": row.snooze_reason,
        "outcome_note": row.outcome_note,
        "recovered_week": None if row.recovered_week is None else format_week(row.recovered_week),
        "income_at_risk": format_amount(row.income_at_risk_minor, currency),
        "onset_week": None if row.onset_week is None else format_week(row.onset_week),
        "weeks_left": row.weeks_left,
        "bucket": row.bucket,
        "quiet_weeks": row.quiet_weeks,
        "weeks_without_payment": row.weeks_without_payment,
        "deferred": row.deferred,
        # What has become an alarm since is treated like any other.
        "held_out": row.place.grade == Grade.PROMPT
        and row.opening is not None
        and is_held_out(row.opening, hold_out),
    }


def _explanation(row: AlertRow) -> ExplanationBody | None:
    told = row.message.explanation
    return None if told is None else ExplanationBody.model_validate(msgspec.to_builtins(told))


def _evidence(verdict: Verdict, currency: str) -> EvidenceBody:
    return EvidenceBody(
        week=format_week(verdict.week),
        grade={Grade.NONE: None, Grade.PROMPT: "prompt", Grade.ALARM: "alarm"}[verdict.grade],
        comparisons=[
            ComparisonBody(**msgspec.structs.asdict(each)) for each in comparison_messages(verdict, currency)
        ],
        value_at_risk=format_amount(verdict.value_at_risk_minor, currency),
        policy_version=verdict.policy_version,
        ledger_revision=verdict.ledger_revision,
        score=None if verdict.score is None else ScoreBody(**asdict(verdict.score)),
        common=_common(common_message(verdict)),
    )


def _common(common: CommonMessage | None) -> CommonBody | None:
    return None if common is None else CommonBody(**msgspec.structs.asdict(common))
