"""What the bank has set that a replay of its past depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.alerts.episodes import EpisodeRules
from casework.alerts.income import STANDARD_MARGINS, Margins
from casework.policies.staff_hours import StaffHours
from detector.quiet.calendar import NONE, Festivals
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class ReplayRules:
    """`rest_weeks`: mostly public holidays."""

    episodes: EpisodeRules = field(default_factory=EpisodeRules)
    hours: StaffHours = field(default_factory=StaffHours)
    festivals: Festivals = NONE
    rest_weeks: frozenset[Week] = frozenset()
    branch_weekly_alerts: int = 0  # new ones; 0 for no limit
    margins: Margins = STANDARD_MARGINS
