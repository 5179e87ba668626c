"""HTTP bodies of alerts and of what people do about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from schemas.buckets import Bucket
from schemas.http import Body, Line, Money, Note, WeekString
from schemas.http_explanations import ExplanationBody
from schemas.vocabulary import AlertState, BaselineName, DirectionName, GradeName, GroupName, Outcome, SeriesName


def _written_out(value: object) -> object:
    """A number would be read as seconds since 1970, which nobody means by a day."""
    if not isinstance(value, str) or len(value) != len("2026-02-28"):
        raise ValueError("a day is written as 2026-02-28")
    return value


Day = Annotated[date, BeforeValidator(_written_out)]


class ComparisonBody(Body):
    """One preset passed: deviation_pct = (actual - expected) / expected * 100, of weekly averages."""

    series: SeriesName
    baseline: BaselineName
    weeks: int
    base_weeks: int
    actual: Money
    expected: Money
    deviation_pct: float
    preset_pct: float
    grade: GradeName
    judged_pct: float | None = Field(None, description="what is left of it beside the client's group")
    shift_weeks: int = Field(0, description="how much earlier than a year ago the expected quarter lies")


class SummaryBody(Body):
    """One sentence made from the numbers."""

    en: str
    zh: str


class ScoreBody(Body):
    """The learned chance that the client is leaving. `raised`: the grade is its doing, beyond what presets say."""

    probability: float = Field(ge=0, le=1)
    model_version: str
    raised: bool


class CommonBody(Body):
    """What most of a group did together, and was taken off the leading comparison before it was judged.

    `size_pct`: how far its median client moved, 0 where only weeks of rest count. `quiet_weeks`: weeks in which the
    group and the client rested, and which count as no deviation.
    """

    kind: GroupName
    name: str
    size_pct: float
    quiet_weeks: int


class AlertBody(Body):
    """One alert episode at one revision. `comparisons` are those of `week`, its newest week with evidence.

    `explanation` null: a rise, a verdict that was withdrawn, or an alert from before there were explanations.

    `held_out`: drawn by lot for standard care, so that what a task force achieves can be told from what would have
    happened anyway; it ends when the alert becomes an alarm.
    """

    alert_id: str
    revision: int
    client_id: str = Field(examples=["C000123"])
    client_name: str
    branch_id: str = Field(examples=["B014"])
    tier: str
    week: str = Field(examples=["2026-W02"])
    opened_week: str
    grade: GradeName
    state: AlertState
    direction: DirectionName
    series: SeriesName
    comparisons: list[ComparisonBody]
    summary: SummaryBody
    value_at_risk: Money = Field(description="turnover, the client's own money, a year")
    income_at_risk: Money = Field(
        description="what that turnover brings the bank a year, at its margin for the tier"
    )
    currency: str = Field(examples=["HKD"])
    onset_week: str | None = Field(
        description="since when it is lower; null: a rise, or nothing is explained", examples=["2025-W48"]
    )
    weeks_left: int | None = Field(
        description="of the six months from the onset, by the newest judged week; 0: over; null: no onset is known"
    )
    assignee: str | None
    snoozed_until: date | None
    snooze_reason: str | None
    outcome: Outcome | None
    outcome_note: str | None
    recovered_week: str | None
    quiet_weeks: int = Field(
        description="weeks without evidence after `week`, to the newest judged one; of a closed alert, to its end"
    )
    policy_version: str
    ledger_revision: int
    held_out: bool
    deferred: bool = Field(False, description="it waits for room in its branch's week, and is told in the digest")
    explanation: ExplanationBody | None = None
    score: ScoreBody | None = Field(None, description="null: a rise, or no learned model in use")
    common: CommonBody | None = Field(None, description="what its group did, and was taken off; null: nothing")
    bucket: Bucket | None = Field(description="where it stands on the list; null: it is closed")
    weeks_without_payment: int | None = Field(
        description="of the client, to the newest judged week; null: no week of it is known"
    )


class BucketCountsBody(Body):
    """How many alerts stand in each bucket."""

    new: int
    in_work: int
    snoozed: int
    recovered: int
    gone: int


class AlertTotalsBody(Body):
    """A list of alerts in a few numbers; `value_at_risk`, turnover, and `income_at_risk` are of all of them.

    `buckets`, `value_to_save` and `income_to_save` are of the list with all its filters but `bucket`. To save is
    what can still be saved: the falls that are new, in work or snoozed.
    """

    alarms: int
    prompts: int
    value_at_risk: Money
    income_at_risk: Money
    currency: str = Field(examples=["HKD"])
    buckets: BucketCountsBody
    value_to_save: Money
    income_to_save: Money


class EvidenceBody(Body):
    """One week that passed a preset. `grade` null: later data withdrew it."""

    week: str
    grade: GradeName | None
    comparisons: list[ComparisonBody]
    value_at_risk: Money
    policy_version: str
    ledger_revision: int
    score: ScoreBody | None = None
    common: CommonBody | None = None


class AlertDetailBody(AlertBody):
    """An alert with the evidence of each of its weeks, newest first."""

    evidence: list[EvidenceBody]


class AcknowledgeBody(Body):
    """Nothing to say: the empty object, or no body at all."""


class SnoozeBody(Body):
    """Leave the alert alone through `until`, a day in the bank's time zone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-02-28", "reason": "new year lull"}]})
    until: Day
    reason: Note


class CloseBody(Body):
    """What the alert turned out to be.

    After `new_normal` the client is judged by what it does from the alert's first week on. After `expected_event`
    the calendar expects less of it in the weeks given.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "true_diversion", "note": "moved payroll"}]}
    )
    outcome: Outcome
    note: Note | None = None
    first_week: WeekString | None = Field(None, description="of an expected event; by default the alert's first")
    last_week: WeekString | None = Field(None, description="of an expected event; by default four weeks after it")


class AssignBody(Body):
    """Who takes care of it; null for nobody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"assignee": "staff-17"}]})
    assignee: Line | None
