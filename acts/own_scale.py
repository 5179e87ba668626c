"""The shipped policy is put on the bank's own scale once there is half a year to go by, and saved for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from detector.policies.own_scale import (
    HISTORY_WEEKS,
    MOST_WEEKS,
    UsualYear,
    is_of_same_presets,
    on_own_scale,
    usual_years,
)
from detector.policies.policy import FEWEST_PAID_WEEKS, Policy
from schemas.weeks import Week, format_week
from store.policies import policy_versions, yearly_turnover
from store.unit_of_work import Tx


def is_settled(tx: Tx, base: Policy) -> bool:
    """Whether there is nothing to do: a person has applied a policy, or it is on the bank's scale already."""
    newest = policy_versions.find_newest(tx)
    if newest is not None and is_of_same_presets(newest, base):
        return True
    return policy_versions.is_applied_by_person(tx)


def scale_default_policy(tx: Tx, base: Policy, currency: str, at: datetime) -> bool:
    """Judge by `base`, the shipped policy, on the bank's own scale from the next week on. False where there is
    nothing to do yet, or any more.

    It is made once and saved as a policy of its own: what was judged is judged alike for ever, however volumes go.
    """
    policy_versions.lock_applications(tx)
    if is_settled(tx, base):
        return False
    read = yearly_turnover.find_yearly_turnover(tx, HISTORY_WEEKS, MOST_WEEKS, FEWEST_PAID_WEEKS)
    years = {} if read is None else usual_years(base, read.tiers, read.turnover_minor)
    if read is None or not years:
        return False
    note = made_for(currency, read.last_week, years)
    policy_versions.apply_from_settings(tx, on_own_scale(base, years), at, note)
    return True


def made_for(currency: str, week: Week, years: Mapping[str, UsualYear]) -> str:
    """What a policy was made for, in a line: currency, week, and each tier's usual year."""
    tiers = ", ".join(f"{tier} {year.median:,} ({year.clients:,} clients)" for tier, year in years.items())
    return f"made for {currency} as of {format_week(week)}; median yearly turnover by tier: {tiers}"
