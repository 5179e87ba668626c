"""The default policy: presets found by `python -m research.calibrate`. Source: docs/decisions/0009-presets.md."""

from __future__ import annotations

from detector.policies.policy import Policy, Preset, TierPolicy
from detector.policies.preset_table import MINIMUM_EFFECT, OWN_NOISE, ROWS
from schemas.money import minor_digits
from schemas.verdicts import Baseline, Direction, Series

DEFAULT_NAME = "default"
DEFAULT_TIER = "C"  # the smallest clients' presets, the most patient with noise


def default_policy(currency: str) -> Policy:
    """Presets for a bank whose base currency is `currency`; the minimum effects are the simulated bank's: a real
    bank has its own from half a year on, see detector.policies.own_scale.
    """
    return Policy(
        name=DEFAULT_NAME,
        minor_digits=minor_digits(currency),
        default_tier=DEFAULT_TIER,
        tiers=tuple(
            TierPolicy(tier, effect, _presets(tier), own_noise=OWN_NOISE[tier])
            for tier, effect in MINIMUM_EFFECT.items()
        ),
    )


def _presets(tier: str) -> tuple[Preset, ...]:
    return tuple(
        Preset(Baseline(baseline), Series(series), Direction(direction), prompt, alarm)
        for of, baseline, series, direction, prompt, alarm in ROWS
        if of == tier
    )
