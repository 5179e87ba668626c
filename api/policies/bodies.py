"""Policies as they come in and go out."""

from __future__ import annotations

from acts.policies import Preview
from api.deps import ApiDeps
from casework.policies.figures import Figures
from detector.policies.policy import BadPolicy, Policy, Preset, load_policy
from schemas.errors import NotAllowedByRules
from schemas.http_policies import (
    ApplicationBody,
    FadingBody,
    FiguresUnderBody,
    LeaversBody,
    LimitBody,
    LoadBody,
    PolicyBody,
    PolicyContentBody,
    PolicyDetailBody,
    PreviewBody,
    RecordBody,
    TierLimitsBody,
)
from schemas.money import minor_digits
from schemas.weeks import format_week
from store.policies.policy_search import PolicyRecord
from store.policies.policy_versions import Application, StoredPolicy


def policy_of(body: PolicyContentBody, deps: ApiDeps) -> Policy:
    """The policy that a body holds. Raises NotAllowedByRules where it contradicts itself or the base currency."""
    digits = minor_digits(deps.base_currency)
    if body.minor_digits not in (None, digits):
        raise NotAllowedByRules("policy", f"minor_digits: {deps.base_currency} has {digits}")
    try:
        return load_policy(body.model_copy(update={"minor_digits": digits}).model_dump_json(exclude_none=True))
    except BadPolicy as error:
        raise NotAllowedByRules("policy", str(error)) from None


def limit_body(preset: Preset) -> LimitBody:
    return LimitBody(
        baseline=preset.baseline.value,
        series=preset.series.value,
        direction=preset.direction.value,
        prompt_pct=preset.prompt_pct,
        alarm_pct=preset.alarm_pct,
    )


def content_body(policy: Policy) -> PolicyContentBody:
    """The limits as they stand. Unchecked: a policy of the settings may have a name that none may be given here."""
    tiers = [
        TierLimitsBody.model_construct(
            tier=tier.tier,
            minimum_effect=tier.minimum_effect,
            presets=[limit_body(preset) for preset in tier.presets],
            fewest_paid_weeks=tier.fewest_paid_weeks,
            own_noise=tier.own_noise,
        )
        for tier in policy.tiers
    ]
    return PolicyContentBody.model_construct(
        name=policy.name, minor_digits=policy.minor_digits, default_tier=policy.default_tier, tiers=tiers
    )


def policy_body(stored: StoredPolicy, in_force: str) -> PolicyBody:
    return PolicyBody(
        version=stored.version,
        revision=stored.revision,
        name=stored.policy.name,
        in_force=stored.version == in_force,
        note=stored.note,
        proposed_by=stored.proposed_by,
        proposed_at=stored.proposed_at,
    )


def policy_detail_body(
    stored: StoredPolicy, in_force: str, applications: list[Application], record: PolicyRecord
) -> PolicyDetailBody:
    """With its limits, when it was in force, and how it has done."""
    return PolicyDetailBody.model_construct(
        **dict(policy_body(stored, in_force)),
        policy=content_body(stored.policy),
        applications=[_application_body(each) for each in applications],
        record=RecordBody(
            opened=record.opened, closed_by_people=record.closed_by_people, false_alarms=record.false_alarms
        ),
    )


def figures_body(policy: Policy, figures: Figures) -> FiguresUnderBody:
    """A year under a policy."""
    load = figures.load
    return FiguresUnderBody(
        version=policy.version,
        load=LoadBody(
            alerts=load.alerts,
            alarms=load.alarms,
            falls=load.falls,
            episodes=load.episodes,
            reopened=load.reopened,
            alerts_per_branch_week=load.alerts / load.branch_weeks,
            alarms_per_branch_week=load.alarms / load.branch_weeks,
            hours_per_branch_week=load.hours / load.branch_weeks,
            busiest_branch_week=load.busiest_branch_week,
            waited=load.waited,
            alerts_by_week=list(load.alerts_by_week),
            alarms_by_week=list(load.alarms_by_week),
        ),
        leavers=LeaversBody(
            leavers=figures.leavers.leavers,
            caught=figures.leavers.caught,
            caught_before=figures.leavers.before,
            weeks_ahead=figures.leavers.weeks_ahead,
        ),
        fading=FadingBody(
            copies=figures.faded.copies,
            caught_in_13=figures.faded.caught_in_13,
            caught_in_26=figures.faded.caught_in_26,
        ),
    )


def preview_body(found: Preview, *, seen: bool = False) -> PreviewBody:
    """Both years. `seen`: it is saved that whoever asked has seen them."""
    load = found.figures.load
    scores_from = found.figures.scores_from
    return PreviewBody(
        first_week=format_week(load.first),
        last_week=format_week(load.first + load.weeks - 1),
        weeks=load.weeks,
        branches=load.branches,
        scores_from=None if scores_from is None else format_week(scores_from),
        seen=seen,
        proposed=figures_body(found.policy, found.figures),
        in_force=figures_body(found.running, found.running_figures),
    )


def _application_body(application: Application) -> ApplicationBody:
    return ApplicationBody(
        from_week=format_week(application.from_week) if application.from_week else None,
        applied_by=application.applied_by,
        applied_at=application.applied_at,
    )
