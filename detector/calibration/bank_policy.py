"""A policy made of a bank's own clients: its tiers, what is too little in each, and presets within the budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.calibration.calibrating import find_presets
from detector.calibration.preset_samples import COMPARISONS, NEED_WEEKS, Ints, TierSample, tier_sample
from detector.policies.own_scale import UsualYear, effect_of, usual_years
from detector.policies.policy import FEWEST_PAID_WEEKS, WEEKS_A_YEAR, Policy, TierPolicy
from detector.replay import NO_END, History
from schemas.errors import EbbwatchError

NAME = "calibrated"
OTHERS = "other"  # the tier of clients that have none, or one of too few clients
FEWEST_CLIENTS = 150  # of a tier that gets presets of its own: 1,200 quarters, 12 of which may have an alarm
EFFECT_SHARE = 0.05  # of a tier's usual year; its own presets hold the budget, so that small clients are heard
FEWEST_IN_ALL = 50
STAYING_WEEKS = 26  # who moved nothing for so long may have gone

Bools = npt.NDArray[np.bool_]


class TooLittleToCalibrate(EbbwatchError):
    """The ledger does not hold enough for presets of its own; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A policy, and what each of its tiers was made of. `speaks`: (COMPARISONS,) of how many of `clients` each
    comparison says anything in the last week.
    """

    policy: Policy
    years: dict[str, UsualYear]
    speaks: Ints
    clients: int


def stays(history: History) -> Bools:
    """Clients that are there at the end and have been for long enough."""
    lately = slice(-STAYING_WEEKS, None)
    moved: Bools = np.any(history.debit_minor[:, lately] + history.credit_minor[:, lately], axis=1)
    old: Bools = history.first_week <= history.last_week - NEED_WEEKS + 1
    there: Bools = moved & old & (history.end_week == NO_END)
    return there


def calibrate(
    history: History,
    chosen: Bools,
    minor_digits: int,
    random: np.random.Generator,
    on_tier: Callable[[str], None] = lambda _: None,
) -> Calibrated:
    """1. Tiers. 2. What is too little in each. 3. Presets of each. `chosen`: (n,) clients that stay, to go by.

    Raises TooLittleToCalibrate.
    """
    if int(chosen.sum()) < FEWEST_IN_ALL:
        raise TooLittleToCalibrate(
            f"calibrating needs {FEWEST_IN_ALL} clients that stay and have {NEED_WEEKS} weeks behind them: "
            f"the ledger has {int(chosen.sum())}"
        )
    tiers = _own_tiers(history.tiers, chosen)
    bare = Policy(NAME, minor_digits, OTHERS, tuple(TierPolicy(tier, 0, ()) for tier in (*tiers, OTHERS)))
    years = usual_years(bare, *_yearly(history))
    effects = {tier: effect_of(EFFECT_SHARE, year.median) for tier, year in years.items()}
    if not effects:
        raise TooLittleToCalibrate("calibrating needs clients that move money in a dozen weeks of the year")
    made, samples = [], []
    for tier in bare.tiers:
        on_tier(tier.tier)
        scaled = TierPolicy(tier.tier, effects[tier.tier], ())
        sample = _sample(history, chosen, Policy(NAME, minor_digits, tier.tier, (scaled,)), tiers, random)
        made.append(TierPolicy(tier.tier, effects[tier.tier], find_presets(sample)))
        samples.append(sample)
    own = samples[:-1] or samples
    speaks = sum((each.speaks for each in own if each.speaks is not None), np.zeros(COMPARISONS, np.int64))
    policy = Policy(NAME, minor_digits, OTHERS, tuple(made))
    return Calibrated(policy, years, speaks, sum(each.clients for each in own))


def _own_tiers(tiers: Sequence[str], chosen: Bools) -> list[str]:
    names, counts = np.unique(np.array(tiers)[chosen], return_counts=True)
    return [str(name) for name, count in zip(names, counts, strict=True) if count >= FEWEST_CLIENTS]


def _sample(
    history: History, chosen: Bools, policy: Policy, own: list[str], random: np.random.Generator
) -> TierSample:
    """Of the tier that the policy is of; of the last, of those without one, or of all where they are few."""
    tier, of = policy.default_tier, np.array(history.tiers)
    mine = chosen & (~np.isin(of, own) if tier == OTHERS else of == tier)
    if int(mine.sum()) < FEWEST_CLIENTS:
        mine = chosen
    return tier_sample(history, mine, policy, random)


def _yearly(history: History) -> tuple[list[str], Ints]:
    """Tier and turnover of the last year of the clients that moved money in a usual number of weeks."""
    year = slice(-WEEKS_A_YEAR, None)
    turnover = history.debit_minor[:, year] + history.credit_minor[:, year]
    usual = np.flatnonzero(
        ((turnover > 0).sum(axis=1) >= FEWEST_PAID_WEEKS)
        & (history.first_week <= history.last_week - WEEKS_A_YEAR + 1)
        & (history.end_week == NO_END)
    )
    return [history.tiers[at] for at in usual.tolist()], turnover[usual].sum(axis=1)
