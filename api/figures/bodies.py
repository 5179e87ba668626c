"""Figures as they are shown: the counts of one branch, or of all, with the rates they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from api.deps import ApiDeps
from casework.figures.durations import Moments, Reaction, lead_times, reaction_times
from casework.figures.tally import KEPT, TRUE, Tally, monthly_minor, precision, revenue_kept_minor, save_rate
from casework.figures.trial import Arm, difference
from schemas.http_figures import (
    AlertFiguresBody,
    ArmBody,
    CaseFiguresBody,
    FiguresRowBody,
    GoneFiguresBody,
    HoldOutBody,
    LeadBody,
    MoneyFiguresBody,
    PrecisionBody,
    ReactionBody,
    TimeFiguresBody,
)
from schemas.money import format_amount
from schemas.verdicts import Grade
from schemas.vocabulary import CaseState, Outcome, Retention


def figures_row(branch_id: str | None, tally: Tally, deps: ApiDeps) -> FiguresRowBody:
    """One row; `branch_id` None for the total."""
    return FiguresRowBody(
        branch_id=branch_id,
        alerts=_alerts(tally),
        precision=[
            PrecisionBody(
                policy_version=each.policy_version,
                judged=each.judged,
                true=each.true,
                precision_pct=_percent(each.true / each.judged),
            )
            for each in precision(tally)
        ],
        cases=_cases(tally),
        money=_money(tally, deps),
        time=_time(tally, deps),
        gone=GoneFiguresBody(
            count=tally.gone,
            lost=format_amount(tally.gone_lost_minor, deps.base_currency),
            warned=tally.gone_warned,
            tried=tally.gone_tried,
        ),
        hold_out=_hold_out(tally, deps),
    )


def _alerts(tally: Tally) -> AlertFiguresBody:
    grades, outcomes = _sum_by(tally.alerts, 0), _sum_by(tally.alerts, 1)
    return AlertFiguresBody(
        count=tally.alerts.total(),
        prompts=grades.get(Grade.PROMPT, 0),
        alarms=grades.get(Grade.ALARM, 0),
        not_closed=outcomes.get(None, 0),
        falls=tally.falls,
        falls_in_time=tally.falls_in_time,
        **{outcome: outcomes.get(outcome, 0) for outcome in get_args(Outcome)},
    )


def _cases(tally: Tally) -> CaseFiguresBody:
    truths, retentions = _sum_by(tally.cases_closed, 0), _sum_by(tally.cases_closed, 1)
    rate = save_rate(tally)
    return CaseFiguresBody(
        opened=tally.cases_opened.total(),
        by_state={state: tally.cases_opened[state] for state in get_args(CaseState)},
        closed=tally.cases_closed.total(),
        closed_true=sum(truths.get(truth, 0) for truth in TRUE),
        **{retention: retentions.get(retention, 0) for retention in get_args(Retention)},
        save_rate_pct=None if rate is None else _percent(rate),
    )


def _money(tally: Tally, deps: ApiDeps) -> MoneyFiguresBody:
    kept = sum(n for (truth, retention), n in tally.cases_closed.items() if truth in TRUE and retention in KEPT)
    revenue_minor = revenue_kept_minor(tally, deps.rules.margins.bps)
    currency = deps.base_currency
    return MoneyFiguresBody(
        currency=currency,
        margin_bps=deps.rules.margins.bps,
        kept=kept,
        kept_measured=tally.measured,
        revenue_kept=None if revenue_minor is None else format_amount(revenue_minor, currency),
        spent=format_amount(tally.spent_minor, currency) if tally.cases_closed else None,
        concessions_running=tally.concessions,
        conceded_a_month=format_amount(monthly_minor(tally), currency),
    )


def _time(tally: Tally, deps: ApiDeps) -> TimeFiguresBody:
    early = lead_times(tally.leads)
    return TimeFiguresBody(
        to_acknowledge=_reaction(tally.acknowledged, deps),
        to_task_force=_reaction(tally.formed, deps),
        to_first_contact=_reaction(tally.contacted, deps),
        lead=LeadBody(
            count=len(tally.leads),
            missed=tally.missed,
            median_weeks=None if early is None else round(early.median_weeks, 1),
            p10_weeks=None if early is None else round(early.p10_weeks, 1),
        ),
    )


def _reaction(moments: Moments, deps: ApiDeps) -> ReactionBody | None:
    took = reaction_times(moments, deps.calendar, deps.rules.holidays)
    if took is None:
        return None
    return ReactionBody(**{name: round(getattr(took, name), 1) for name in Reaction.__dataclass_fields__})


def _hold_out(tally: Tally, deps: ApiDeps) -> HoldOutBody | None:
    if not deps.rules.holdout_share:
        return None
    found = difference(tally.treated, tally.held_out)
    points = [None] * 3 if found is None else [_percent(x) for x in (found.rate, found.low, found.high)]
    return HoldOutBody(
        share_pct=_percent(deps.rules.holdout_share),
        treated=_arm(tally.treated),
        held_out=_arm(tally.held_out),
        difference_points=points[0],
        low_points=points[1],
        high_points=points[2],
    )


def _arm(arm: Arm) -> ArmBody:
    return ArmBody(count=arm.count, kept=arm.kept, kept_pct=None if arm.rate is None else _percent(arm.rate))


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _sum_by(counts: Mapping[Any, int], part: int) -> dict[object, int]:
    """Counts added up by one part of their key."""
    found: dict[object, int] = {}
    for key, count in counts.items():
        found[key[part]] = found.get(key[part], 0) + count
    return found
