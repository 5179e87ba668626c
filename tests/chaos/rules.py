"""The bank that is simulated: its calendar of a quarter, and rules by which a quarter is enough for alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from casework.alerts.episodes import EpisodeRules
from detector.policies.policy import Policy, Preset, TierPolicy
from ingest.folding.closing import ClosingRules
from schemas.verdicts import Baseline, Direction, Series
from schemas.weeks import parse_week
from services.settings import Settings
from tests.ingest.folding.feed import CALENDAR, DAY_S

PARTITIONS = 2
WEEKS = 13
FIRST_WEEK = parse_week("2026-W02")
BEGIN = datetime.fromtimestamp(CALENDAR.start_s(FIRST_WEEK), UTC)
CORRECTION_WEEKS = 8
IDLE_GRACE_S = 365 * DAY_S  # none closes so: when that happens depends on the clock, and so would the rows
RULES = ClosingRules(
    2 * DAY_S, witnesses=3, correction_weeks=CORRECTION_WEEKS, idle_grace_s=IDLE_GRACE_S, branch_hold_share=0
)
EPISODES = EpisodeRules(quiet_weeks_to_recover=2, reopen_weeks=3)
POLICY = Policy(
    "chaos", 2, "C",
    (
        TierPolicy(
            "C", 0,
            tuple(
                Preset(Baseline.WEEK_VS_RECENT, series, direction, prompt, alarm)
                for series in (Series.DEBIT, Series.CREDIT)
                for direction, prompt, alarm in ((Direction.FALL, -40.0, -80.0), (Direction.RISE, 60.0, 200.0))
            ),
            fewest_paid_weeks=0, own_noise=0.0,
        ),
    ),
)  # fmt: skip


@cache
def settings(branch_weekly_alerts: int = 0) -> Settings:
    """What the product is told: RULES, and that every week is news."""
    return Settings(
        alerts_from="2010-W01",
        allowed_lateness_hours=RULES.allowed_lateness_s / 3600,
        watermark_witnesses=RULES.witnesses,
        correction_weeks=RULES.correction_weeks,
        idle_grace_minutes=RULES.idle_grace_s / 60,
        branch_hold_share=RULES.branch_hold_share,
        branch_weekly_alerts=branch_weekly_alerts,
        leaver_model="none",
    )
