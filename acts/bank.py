"""What an act knows of the bank: its calendar, its currency, and what it has set for casework."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from acts.replay_rules import ReplayRules
from casework.alerts.actions import SnoozeRules
from casework.alerts.buckets import AsOf
from casework.alerts.episodes import EpisodeRules
from casework.alerts.holdout import HoldOut
from casework.alerts.income import STANDARD_MARGINS, Margins
from casework.alerts.sla import DeadlineRules
from casework.cases.case_lifecycle import CaseRules
from casework.cases.retention_rules import RetentionRules
from casework.notices.address import DEFAULT_SCHEMES
from casework.policies.staff_hours import StaffHours
from casework.quiet.calendar import rest_weeks
from casework.remedies.limits import Authority
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from detector.quiet.calendar import NONE, Festivals
from schemas.money import minor_digits
from schemas.weeks import WeekCalendar


@dataclass(frozen=True, slots=True)
class BankRules:
    """What the bank has set for casework. Money in minor units of the base currency."""

    cases: CaseRules = field(default_factory=CaseRules)
    authority: Authority = field(default_factory=Authority)
    deadlines: DeadlineRules = field(default_factory=DeadlineRules)
    retention: RetentionRules = field(default_factory=RetentionRules)
    snooze: SnoozeRules = field(default_factory=SnoozeRules)
    margins: Margins = STANDARD_MARGINS
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
        return ReplayRules(self.episodes, self.staff_hours, self.festivals, rests, room, self.margins)

    @property
    def hold_out(self) -> HoldOut:
        """Which alerts get standard care."""
        return HoldOut(self.holdout_share, self.holdout_below_minor)


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank that is served. `policy`: that of the settings, which judges until a person applies another."""

    calendar: WeekCalendar
    base_currency: str
    rules: BankRules = field(default_factory=BankRules)
    policy: Policy = field(default_factory=lambda: default_policy("HKD"))

    @property
    def minor_per_major(self) -> int:
        """Minor units of the base currency in one of its units."""
        return int(10 ** minor_digits(self.base_currency))

    def day_of(self, at: datetime) -> date:
        """The calendar day of an aware instant, in the bank's zone."""
        return at.astimezone(self.calendar.zone).date()

    def as_of(self, at: datetime) -> AsOf:
        """By what the alerts stand in their buckets."""
        return AsOf(self.day_of(at), self.rules.episodes)
