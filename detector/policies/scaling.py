"""All limits of a policy moved at once: what a slider does."""

from __future__ import annotations

import msgspec

from detector.policies.policy import Policy, Preset
from schemas.verdicts import Direction

DIGITS, STEP = 1, 0.1  # of a percentage: finer ones change no alert that anybody would miss


def scaled(policy: Policy, percent: int) -> Policy:
    """`policy` with every limit times percent / 100: above 100 it raises less. At 100 it is the very same.

    Nothing falls by more than 100 %: a limit beyond that stands at it, and an alarm that then is no worse than its
    prompt is not given.
    """
    if percent == 100:
        return policy
    tiers = tuple(
        msgspec.structs.replace(tier, presets=tuple(_scaled(preset, percent / 100) for preset in tier.presets))
        for tier in policy.tiers
    )
    return msgspec.structs.replace(policy, tiers=tiers)


def _scaled(preset: Preset, by: float) -> Preset:
    prompt, alarm = (_moved(limit, by, preset.direction) for limit in (preset.prompt_pct, preset.alarm_pct))
    if alarm == prompt:
        alarm = None
    return msgspec.structs.replace(preset, prompt_pct=prompt, alarm_pct=alarm)


def _moved(limit: float | None, by: float, direction: Direction) -> float | None:
    if limit is None:
        return None
    moved = round(limit * by, DIGITS)
    return max(-100.0, min(moved, -STEP)) if direction is Direction.FALL else max(moved, STEP)
