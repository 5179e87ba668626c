"""The limits of a policy as the fields of a form, and back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from api.web.forms import BadFields, FormState, Sent
from detector.policies.policy import MAX_EFFECT, Policy, Preset, TierPolicy
from detector.policies.scaling import scaled
from schemas.errors import NotAllowedByRules
from schemas.verdicts import Direction

LEAST_SCALE, MOST_SCALE = 50, 150  # percent: half is alarm fatigue, half as much again hears nobody leave


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One comparison of a tier: names of its two fields, and what stands in them."""

    preset: Preset
    prompt: str
    alarm: str
    prompt_value: str
    alarm_value: str


@dataclass(frozen=True, slots=True)
class TierFields:
    """One tier of the form."""

    tier: str
    effect: str
    effect_value: str
    rows: tuple[LimitRow, ...]


def fields_of(policy: Policy, form: FormState) -> list[TierFields]:
    """What the form shows: what was typed, else the policy's own."""
    return [_tier_fields(tier, form) for tier in policy.tiers]


def edited(sent: Sent, base: Policy) -> Policy:
    """`base` with the limits of the form, moved by its slider. Raises BadFields, NotAllowedByRules."""
    wrong: list[dict[str, Any]] = []
    scale = _number(sent, "scale", wrong, least=LEAST_SCALE, most=MOST_SCALE)
    try:
        tiers = tuple(_tier(sent, tier, wrong) for tier in base.tiers)
        if wrong:
            raise BadFields(wrong)
        return scaled(msgspec.structs.replace(base, tiers=tiers), 100 if scale is None else round(scale))
    except ValueError as error:
        raise BadFields(wrong) if wrong else NotAllowedByRules("policy", str(error)) from None


def _tier_fields(tier: TierPolicy, form: FormState) -> TierFields:
    effect = f"effect-{tier.tier}"
    rows = tuple(_row(tier.tier, place, preset, form) for place, preset in enumerate(tier.presets))
    return TierFields(tier.tier, effect, form.values[effect] or str(tier.minimum_effect), rows)


def _row(tier: str, place: int, preset: Preset, form: FormState) -> LimitRow:
    prompt, alarm = _names(tier, place)
    return LimitRow(preset, prompt, alarm, *_values(form, ((prompt, preset.prompt_pct), (alarm, preset.alarm_pct))))


def _values(form: FormState, fields: Iterable[tuple[str, float | None]]) -> list[str]:
    """As typed where the form came back, also where a field was emptied."""
    return [
        (form.values[name] or "") if form.values else ("" if limit is None else f"{limit:g}")
        for name, limit in fields
    ]


def _names(tier: str, place: int) -> tuple[str, str]:
    return f"prompt-{tier}-{place}", f"alarm-{tier}-{place}"


def _tier(sent: Sent, tier: TierPolicy, wrong: list[dict[str, Any]]) -> TierPolicy:
    effect = _number(sent, f"effect-{tier.tier}", wrong, least=0, most=MAX_EFFECT)
    presets = []
    for place, preset in enumerate(tier.presets):
        falls = preset.direction is Direction.FALL
        bounds = {"least": -100.0, "below": 0.0} if falls else {"above": 0.0}
        prompt, alarm = (_number(sent, name, wrong, **bounds) for name in _names(tier.tier, place))
        if not wrong:
            presets.append(msgspec.structs.replace(preset, prompt_pct=prompt, alarm_pct=alarm))
    return msgspec.structs.replace(
        tier, minimum_effect=tier.minimum_effect if effect is None else round(effect), presets=tuple(presets)
    )


def _number(
    sent: Sent,
    name: str,
    wrong: list[dict[str, Any]],
    *,
    least: float = -math.inf,
    most: float = math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> float | None:
    """The number in a field, None where it is empty; what is wrong with it is added to `wrong`."""
    text = sent.one(name)
    if text is None:
        return None
    try:
        value = float(text.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        value = math.nan
    checks: tuple[tuple[bool, str, dict[str, float]], ...] = (
        (math.isfinite(value), "float_parsing", {}),
        (value >= least, "greater_than_equal", {"ge": least}),
        (value <= most, "less_than_equal", {"le": most}),
        (value > above, "greater_than", {"gt": above}),
        (value < below, "less_than", {"lt": below}),
    )
    for holds, kind, context in checks:
        if not holds:
            limits = {key: f"{limit:g}" for key, limit in context.items()}
            wrong.append({"type": kind, "loc": (name,), "msg": "", "ctx": limits})
            return None
    return value
