"""HTTP bodies of policies: the limits that weeks are judged by, and what a year under them would have been."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

from schemas.http import Body, Note
from schemas.vocabulary import BaselineName, DirectionName, SeriesName

PolicyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
TierName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,8}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]{1,200}$")]
Percent = Annotated[float, Field(allow_inf_nan=False)]
_EXAMPLE: dict[str, JsonValue] = {
    "name": "quieter",
    "default_tier": "C",
    "tiers": [
        {
            "tier": "C",
            "minimum_effect": 100000,
            "presets": [
                {
                    "baseline": "quarter_vs_year",
                    "series": "turnover",
                    "direction": "fall",
                    "prompt_pct": -54.0,
                    "alarm_pct": -66.0,
                }
            ],
        }
    ],
}


class LimitBody(Body):
    """From which deviation a comparison gives a grade; signed percent, null where it does not give it."""

    baseline: BaselineName
    series: SeriesName
    direction: DirectionName
    prompt_pct: Percent | None = None
    alarm_pct: Percent | None = None


class TierLimitsBody(Body):
    """Limits of one client tier. No grade below `minimum_effect` a year, in whole units of the base currency; of a
    client with fewer weeks with money in a year than `fewest_paid_weeks`; or less than `own_noise` standard errors
    of its own from the usual. Where these two are left out, the detector's own hold.
    """

    tier: TierName
    minimum_effect: int = Field(ge=0, le=10**15)
    presets: list[LimitBody] = Field(max_length=40)
    fewest_paid_weeks: int | None = Field(None, ge=0, le=52)
    own_noise: float | None = Field(None, ge=0, allow_inf_nan=False)


class PolicyContentBody(Body):
    """All limits, as a policy file holds them. Clients of a tier not named here are judged by `default_tier`.

    No minor_digits: those of the base currency.
    """

    name: PolicyName
    minor_digits: int | None = Field(None, ge=0, le=4)
    default_tier: TierName
    tiers: list[TierLimitsBody] = Field(min_length=1, max_length=30)


class DraftBody(Body):
    """A policy to be kept, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy": _EXAMPLE, "note": "too many prompts"}]})
    policy: PolicyContentBody
    note: Note | None = None


class PreviewRequestBody(Body):
    """What to look at: a kept version, which is then seen, or any policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy": _EXAMPLE}]})
    version: Version | None = None
    policy: PolicyContentBody | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.version is None) == (self.policy is None):
            raise ValueError("give a version or a policy, one of them")
        return self


class ApplyBody(Body):
    """Nothing to say."""


class ApplicationBody(Body):
    """From `from_week` on it judged. `applied_by` null: the settings did; `from_week` null: from the beginning."""

    from_week: str | None = Field(examples=["2026-W02"])
    applied_by: str | None
    applied_at: datetime


class PolicyBody(Body):
    """A policy in a list. `proposed_by` null: it came with the settings."""

    version: str
    revision: int
    name: str
    in_force: bool
    note: str | None
    proposed_by: str | None
    proposed_at: datetime


class RecordBody(Body):
    """Alerts that a policy opened so far: those that people closed, and those of them that were false alarms."""

    opened: int
    closed_by_people: int
    false_alarms: int


class PolicyDetailBody(PolicyBody):
    """The same with its limits, when it came into force (the newest first), and how it has done."""

    policy: PolicyContentBody
    applications: list[ApplicationBody]
    record: RecordBody


class LoadBody(Body):
    """What a year would have asked of the branches.

    Alerts count each time they come up, alarms also when a prompt is raised to one. `hours`: of staff. `waited`:
    had no room in their branch's week at first.
    """

    alerts: int
    alarms: int
    falls: int
    episodes: int
    reopened: int
    alerts_per_branch_week: float
    alarms_per_branch_week: float
    hours_per_branch_week: float
    busiest_branch_week: int
    waited: int = 0
    alerts_by_week: list[int]
    alarms_by_week: list[int]


class LeaversBody(Body):
    """Clients that left in the year, and those with an alert in time. `weeks_ahead`: the median, before silence."""

    leavers: int
    caught: int
    caught_before: int = Field(description="before the silence began")
    weeks_ahead: float | None


class FadingBody(Body):
    """Copies of clients that stayed, fading to nothing in 26 weeks: those with an alert 13 and 26 weeks on."""

    copies: int
    caught_in_13: int
    caught_in_26: int


class FiguresUnderBody(Body):
    """A year under one policy."""

    version: str
    load: LoadBody
    leavers: LeaversBody
    fading: FadingBody


class PreviewBody(Body):
    """The policy looked at, beside the one in force, over the same weeks of the whole bank.

    `seen`: it may now be applied by who asked, if they did not propose it. `scores_from`: the week from which on
    learned scores are in it, as they were judged; null: presets speak alone. Fading copies have no scores.
    """

    first_week: str = Field(examples=["2025-W02"])
    last_week: str = Field(examples=["2025-W52"])
    weeks: int
    branches: int
    scores_from: str | None = Field(None, examples=["2025-W02"])
    seen: bool
    proposed: FiguresUnderBody
    in_force: FiguresUnderBody
