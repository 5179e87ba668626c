"""HTTP bodies of the figures. What was never measured is null, not 0. Defined in docs/decisions/0018-figures.md."""

from __future__ import annotations

from pydantic import Field

from schemas.http import Body, Money
from schemas.vocabulary import CaseState

Percent = float


class AlertFiguresBody(Body):
    """Alerts whose first week lies in the period. `by_outcome`: of the closed ones; the others are `not_closed`.

    `falls_in_time`: of the falls, those that opened with some of the six months from their onset left.
    """

    count: int
    prompts: int
    alarms: int
    not_closed: int
    true_diversion: int
    true_decline: int
    expected_event: int
    new_normal: int
    data_fault: int
    false_alarm: int
    inconclusive: int
    recovered: int
    gone: int
    withdrawn: int
    falls: int
    falls_in_time: int


class PrecisionBody(Body):
    """Alerts that one policy version opened in the period.

    `judged`: closed by a person with an outcome other than inconclusive. `true`: of these, true_diversion or
    true_decline. `precision_pct` = true / judged. `policy_version` null: opened before it was kept.
    """

    policy_version: str | None
    judged: int
    true: int
    precision_pct: Percent


class CaseFiguresBody(Body):
    """Cases. `opened`, by their state of today: opened in the period. `closed` and the rest: closed in the period.

    `save_rate_pct` = (saved + partly_saved) / closed, both of cases whose truth is true_diversion or true_decline;
    the counts by retention are of all closed cases.
    """

    opened: int
    by_state: dict[CaseState, int]
    closed: int
    closed_true: int
    saved: int
    partly_saved: int
    lost: int
    self_recovered: int
    not_attempted: int
    save_rate_pct: Percent | None


class MoneyFiguresBody(Body):
    """Of cases closed in the period.

    `revenue_kept`: turnover a week that true cases regained that ended saved or partly_saved (mean of the last 13
    of the 26 weeks after the opening or the last reopening, of 13 where 26 are not over, less that of the 13 weeks
    before it), times 52 weeks and the margin. `kept_measured` of `kept` such cases could be measured.
    `spent`: fees given up and costs of the remedies that ran in all closed cases, pro rata where ended early.
    `concessions_running` and what they give up a month: today, whatever the period.
    """

    currency: str = Field(examples=["HKD"])
    margin_bps: int
    kept: int
    kept_measured: int
    revenue_kept: Money | None
    spent: Money | None
    concessions_running: int
    conceded_a_month: Money


class ReactionBody(Body):
    """Time from the Monday after the alert's week, when it can first be seen, in the bank's zone.

    Hours pass day and night; business days are those of the bank's calendar, as in the deadlines of a case.
    """

    count: int
    median_hours: float
    p90_hours: float
    median_business_days: float
    p90_business_days: float


class LeadBody(Body):
    """Weeks from a client's first alert (a fall, of the year before) to its end.

    Ends: accounts closed in the period; a case closed as lost in the period whose client has moved nothing for 4
    weeks since. `missed`: ends without such an alert. Nine in ten had at least `p10_weeks`.
    """

    count: int
    missed: int
    median_weeks: float | None
    p10_weeks: float | None


class TimeFiguresBody(Body):
    """How soon people acted.

    `to_acknowledge`: alerts of the period, to a person's first act on them. `to_task_force` and
    `to_first_contact`: cases opened in the period, from their first alert on.
    """

    to_acknowledge: ReactionBody | None
    to_task_force: ReactionBody | None
    to_first_contact: ReactionBody | None
    lead: LeadBody


class GoneFiguresBody(Body):
    """Clients that people recorded as gone in the period, each once.

    `lost`: their turnover of the year before the fall began. `warned`: of these, an alert opened before the last
    payment. `tried`: of these, a case was about the client while it fell.
    """

    count: int
    lost: Money
    warned: int
    tried: int


class ArmBody(Body):
    """One side of the hold-out: alerts whose 26 weeks are over, and those whose client was kept (60 % or more).

    Of a side with more than 2,000 these are the first by lot.
    """

    count: int
    kept: int
    kept_pct: Percent | None


class HoldOutBody(Body):
    """Alerts that took part in the draw, by the side they were drawn to, whatever was done about them later.

    `difference_points` = treated less held out, between `low_points` and `high_points` with 95 % confidence.
    """

    share_pct: Percent
    treated: ArmBody
    held_out: ArmBody
    difference_points: float | None
    low_points: float | None
    high_points: float | None


class FiguresRowBody(Body):
    """The figures of one branch, or of all that are asked for where `branch_id` is null."""

    branch_id: str | None
    alerts: AlertFiguresBody
    precision: list[PrecisionBody]
    cases: CaseFiguresBody
    money: MoneyFiguresBody
    time: TimeFiguresBody
    gone: GoneFiguresBody
    hold_out: HoldOutBody | None


class FiguresBody(Body):
    """The figures of the weeks from `from_week` up to, but not with, `to_week`."""

    from_week: str = Field(examples=["2025-W02"])
    to_week: str = Field(examples=["2026-W03"])
    total: FiguresRowBody
    branches: list[FiguresRowBody]
