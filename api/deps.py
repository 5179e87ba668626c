"""What the application is made of, handed in by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from api.keys import Keys
from api.policies.replay import ReplayRules, Replays
from api.web.config import DeskConfig
from casework.alerts.episodes import EpisodeRules
from casework.alerts.holdout import HoldOut
from casework.cases.case_lifecycle import CaseRules
from casework.notices.address import DEFAULT_SCHEMES
from casework.policies.figures import StaffHours
from casework.quiet.calendar import rest_weeks
from casework.remedies.limits import Authority
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from detector.quiet.calendar import NONE, Festivals
from schemas.weeks import WeekCalendar
from store.unit_of_work import Store
from telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class BankRules:
    """What the bank has set for casework. Money in minor units of the base currency."""

    cases: CaseRules = field(default_factory=CaseRules)
    authority: Authority = field(default_factory=Authority)
    margin_bps: int = 10  # income on turnover, in basis points
    holidays: frozenset[date] = frozenset()
    holdout_share: float = 0.0
    holdout_below_minor: int = 0
    notice_schemes: frozenset[str] = DEFAULT_SCHEMES
    episodes: EpisodeRules = field(default_factory=EpisodeRules)
    staff_hours: StaffHours = field(default_factory=StaffHours)
    branch_weekly_alerts: int = 0  # new ones that a branch takes in a week; 0 for no limit
    festivals: Festivals = NONE

    @property
    def replay(self) -> ReplayRules:
        """What the past is judged by again."""
        rests, room = rest_weeks(self.holidays), self.branch_weekly_alerts
        return ReplayRules(self.episodes, self.staff_hours, self.festivals, rests, room)

    @property
    def hold_out(self) -> HoldOut:
        """Which alerts get standard care."""
        return HoldOut(self.holdout_share, self.holdout_below_minor)


@dataclass(frozen=True, slots=True)
class ApiDeps:
    """`clock` gives aware instants. `readiness` gives for each part None, or in a few words what it lacks."""

    store: Store
    metrics: Metrics
    clock: Callable[[], datetime]
    calendar: WeekCalendar
    base_currency: str
    keys: Keys
    readiness: Callable[[], Mapping[str, str | None]]
    rules: BankRules = field(default_factory=BankRules)
    policy: Policy = field(default_factory=lambda: default_policy("HKD"))
    replays: Replays = field(default_factory=Replays)
    desk: DeskConfig = field(default_factory=DeskConfig)

    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.clock().astimezone(self.calendar.zone).date()


def _deps_of(request: Request) -> ApiDeps:
    deps: ApiDeps = request.app.state.deps
    return deps


Deps = Annotated[ApiDeps, Depends(_deps_of)]
