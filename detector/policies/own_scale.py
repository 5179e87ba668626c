"""The shipped policy on a bank's own scale: what is too little to matter is a share of a client's usual year.

A number of units means something else in every currency and at every bank; a share of what the bank's own median
client of a tier moves in a year does not. Source: docs/decisions/0009-presets.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from detector.comparisons.sums import Ints
from detector.policies.policy import Policy
from detector.policies.preset_table import EFFECT_SHARE

SCALED = "default-scaled"  # name of the shipped policy on a bank's own scale
# Before that no comparison of the shipped policy speaks, so that nothing is judged by other effects.
HISTORY_WEEKS = 26
MOST_WEEKS = 52  # a year: every season once
FEWEST_CLIENTS = 12  # of a tier: the median of fewer is chance
DIGITS = 2  # of a minimum effect: nobody tells 24,837,112 from 25,000,000


@dataclass(frozen=True, slots=True)
class UsualYear:
    """The median yearly turnover of some clients, whole units of the base currency, and how many they are."""

    clients: int
    median: int


def usual_years(policy: Policy, tiers: Sequence[str], yearly_minor: Ints) -> dict[str, UsualYear]:
    """By tier of the policy; of a tier with too few clients that of all of them. Empty where all are too few.

    `yearly_minor`: int64 (n,), yearly turnover of clients that moved money in a usual number of weeks.
    """
    if len(yearly_minor) < FEWEST_CLIENTS:
        return {}
    named = {tier.tier for tier in policy.tiers}
    judged_as = np.array([tier if tier in named else policy.default_tier for tier in tiers])
    found = {}
    for tier in policy.tiers:
        own = yearly_minor[judged_as == tier.tier]
        of = yearly_minor if len(own) < FEWEST_CLIENTS else own
        found[tier.tier] = UsualYear(len(of), round(float(np.median(of)) / 10**policy.minor_digits))
    return found


def on_own_scale(policy: Policy, years: Mapping[str, UsualYear]) -> Policy:
    """`policy` with minimum effects that are EFFECT_SHARE of each tier's usual year; KeyError for one without."""
    tiers = tuple(
        msgspec.structs.replace(tier, minimum_effect=effect_of(EFFECT_SHARE[tier.tier], years[tier.tier].median))
        for tier in policy.tiers
    )
    return msgspec.structs.replace(policy, name=SCALED, tiers=tiers)


def effect_of(share: float, median: int) -> int:
    """Units a year below which nothing matters: a share of what the median client moves."""
    effect = median * share
    digits = DIGITS - 1 - math.floor(math.log10(effect)) if effect >= 1.0 else 0
    return max(1, round(round(effect, min(digits, 0))))


def is_of_same_presets(scaled: Policy, policy: Policy) -> bool:
    """Whether `scaled` is `policy` on some bank's scale."""
    return scaled.name == SCALED and _version_without_scale(scaled) == _version_without_scale(policy)


def _version_without_scale(policy: Policy) -> str:
    tiers = tuple(msgspec.structs.replace(tier, minimum_effect=0) for tier in policy.tiers)
    return msgspec.structs.replace(policy, name=SCALED, tiers=tiers).version
