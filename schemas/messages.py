"""Contract out: what Ebbwatch publishes. Source: docs/architecture.md, "Contract out".

No field holds a wall-clock time: a message made again after a crash is the same to the byte. `alert_id` and
`revision` (or `dead_letter_id`) let a consumer drop repeats.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.events import Currency, Id, WeekText
from schemas.vocabulary import (
    AlertState,
    BaselineName,
    DirectionName,
    FindingName,
    GradeName,
    GroupName,
    LabelName,
    Outcome,
    PublishedState,
    RemedyType,
    SeriesName,
    StrengthName,
)

TOPIC_ALERTS = "ebbwatch.alerts"
TOPIC_DEAD_LETTERS = "ebbwatch.deadletter"
TOPIC_REMEDIES = "ebbwatch.remedies"

SignedAmount = Annotated[
    str, Meta(extra_json_schema={"pattern": r"^-?[0-9]+(\.[0-9]{1,4})?$"}, examples=["1234.56"])
]
Uuid = Annotated[str, Meta(min_length=36, max_length=36, extra_json_schema={"format": "uuid"})]
Revision = Annotated[int, Meta(ge=1, description="With the id it tells repeats apart; the highest one holds.")]
WindowWeeks = Annotated[int, Meta(ge=1, description="Length of a window in weeks.")]
Percent = Annotated[float, Meta(description="Signed: -38.0 is 38 % below.")]
Base64 = Annotated[str, Meta(extra_json_schema={"contentEncoding": "base64"})]
Support = Annotated[float, Meta(ge=0, le=1)]

_ENCODER = msgspec.json.Encoder(order="deterministic")


class ComparisonMessage(msgspec.Struct, frozen=True):
    """One preset passed, with its arithmetic: deviation_pct = (actual - expected) / expected * 100.

    `judged_pct`: what is left of it beside the client's branch, industry or bank; null where nothing was common.
    `shift_weeks`: how much earlier than a year ago the expected quarter lies, after a moving festival.
    """

    series: SeriesName
    baseline: BaselineName
    weeks: WindowWeeks
    base_weeks: WindowWeeks
    actual: SignedAmount
    expected: SignedAmount
    deviation_pct: Percent
    preset_pct: Percent
    grade: GradeName
    judged_pct: Percent | None = None
    shift_weeks: int = 0


class CommonMessage(msgspec.Struct, frozen=True):
    """What most of a group did together, and was taken off the leading comparison before it was judged.

    `size_pct`: how far its median client moved, 0 where only weeks of rest count. `quiet_weeks`: weeks in which the
    group and the client rested, and which count as no deviation.
    """

    kind: GroupName
    name: str
    size_pct: Percent
    quiet_weeks: Annotated[int, Meta(ge=0)]


class Summary(msgspec.Struct, frozen=True):
    """One sentence made from the numbers."""

    en: str
    zh: str


class SpanMessage(msgspec.Struct, frozen=True):
    """Weeks `first` to `last`, both of them included."""

    first: WeekText
    last: WeekText


class FindingMessage(msgspec.Struct, frozen=True):
    """One piece of evidence: change_pct = (after - before) / before * 100; null where nothing was before.

    `before` and `after` are weekly means over their weeks, in the alert's currency; of `branch_events`, events a
    week of `count` clients; of `industry`, null: its change is the median of `count` clients. `regular_debits`:
    median of the largest week in each five. `without_feed_gaps`: `count` weeks are left out.
    `value_at_risk`: the alert's is (before - after) times the weeks before, up to 52, of which the greatest
    counts as the second greatest.
    """

    kind: FindingName
    before_weeks: SpanMessage
    after_weeks: SpanMessage
    before: SignedAmount | None = None
    after: SignedAmount | None = None
    change_pct: Percent | None = None
    count: Annotated[int, Meta(ge=0)] | None = None


class SupportMessage(msgspec.Struct, frozen=True):
    """How well each label is supported, 0 to 1: leaving by no more than the learned chance, a season by no more
    than what that leaves. Unknown is what none of them is well enough for.
    """

    leaving: Support
    shrinking: Support
    seasonal: Support
    feed_fault: Support


class ExplanationMessage(msgspec.Struct, frozen=True):
    """Why a fall is thought to be one, as of the end of the alert's `week` and from nothing later.

    `onset_week`: the first week that is lower; with four chances in five it lies from `onset_earliest` to
    `onset_latest`. Weeks left of the three to six months in which a client tries another bank: 0 and 0 when over.
    `label` is the best supported one, `strength` how well, weak of unknown; `version` that of the rules.
    `silent_weeks`: without a payment up to `week`; `usual_silent_weeks`: the longest such run of the year before
    the onset.
    """

    onset_week: WeekText
    onset_earliest: WeekText
    onset_latest: WeekText
    weeks_left_least: Annotated[int, Meta(ge=0, le=13)]
    weeks_left_most: Annotated[int, Meta(ge=0, le=26)]
    label: LabelName
    strength: StrengthName
    support: SupportMessage
    evidence: tuple[FindingMessage, ...]
    version: int
    silent_weeks: Annotated[int, Meta(ge=0)] = 0
    usual_silent_weeks: Annotated[int, Meta(ge=0)] = 0


class ScoreMessage(msgspec.Struct, frozen=True):
    """The learned chance that the client is leaving. `raised`: the grade is its doing, beyond what presets say."""

    probability: Support
    model_version: str
    raised: bool


class AlertMessage(msgspec.Struct, frozen=True):
    """One revision of one alert episode. `comparisons` are those of `week`, the newest week with evidence.

    `explanation` null: a rise, a verdict that was withdrawn, or an alert from before there were explanations.
    `score` null: a rise, or no model in use. `comparisons` are empty where the score alone raised the prompt.
    `value_at_risk` is turnover, the client's own money, a year; `income_at_risk` is what it brings the bank, null
    in messages from before it was published.
    """

    alert_id: Uuid
    revision: Revision
    client_id: Id
    branch_id: Id
    week: WeekText
    opened_week: WeekText
    grade: GradeName
    state: AlertState
    direction: DirectionName
    series: SeriesName
    comparisons: tuple[ComparisonMessage, ...]
    summary: Summary
    value_at_risk: SignedAmount
    currency: Currency
    policy_version: str
    ledger_revision: int
    outcome: Outcome | None = None
    assignee: str | None = None
    explanation: ExplanationMessage | None = None
    score: ScoreMessage | None = None
    common: CommonMessage | None = None
    income_at_risk: SignedAmount | None = None


class RemedyMessage(msgspec.Struct, frozen=True):
    """A remedy that was approved, has ended or was revoked, so that core banking can apply or lift it.

    `state`: approved from `starts_on` up to, but not on, `ends_on`; ended when that day came; revoked on
    `ended_on`.
    A fee concession has `fee_code`, `list_price` a month and `concession_pct`; another remedy has none of them.
    """

    remedy_id: Uuid
    revision: Revision
    client_id: Id
    branch_id: Id
    type: RemedyType
    state: PublishedState
    starts_on: date
    ends_on: date | None
    ended_on: date | None
    currency: Currency
    fee_code: str | None = None
    list_price: SignedAmount | None = None
    concession_pct: Annotated[int, Meta(ge=1, le=100)] | None = None
    volume_commitment: SignedAmount | None = None


class DeadLetterMessage(msgspec.Struct, frozen=True):
    """An event that could not be taken in. Bytes are base64; null where null, unreadable or too big."""

    dead_letter_id: Uuid
    revision: Revision
    topic: str
    partition: Annotated[int, Meta(ge=0)]
    offset: Annotated[int, Meta(ge=0)]
    reason: str
    detail: str
    key_base64: Base64 | None
    value_base64: Base64 | None
    value_omitted: bool = False


def encode_message(message: AlertMessage | RemedyMessage | DeadLetterMessage) -> bytes:
    """UTF-8 JSON, the same bytes for the same message."""
    return _ENCODER.encode(message)
