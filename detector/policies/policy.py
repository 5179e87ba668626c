"""The bank's presets: from which deviation a week is a prompt or an alarm, per tier, comparison and direction.

Percentages are signed like deviations: -35.0 passes at 35 % below or more, +60.0 at 60 % above or more. Money is in
whole units of the base currency. Where the default numbers come from: docs/decisions/0009-presets.md.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable

import msgspec

from schemas.errors import EbbwatchError
from schemas.verdicts import Baseline, Direction, Grade, Series

MAX_EFFECT = 10**15  # units a year; above it int64 minor units could not hold a window
MAX_MINOR_DIGITS = 4
WEEKS_A_YEAR = 52
FEWEST_PAID_WEEKS = 12
OWN_NOISE = 3.0


class BadPolicy(EbbwatchError):
    """A policy that contradicts itself or cannot be read; the message is one line that says where."""


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one comparison in one direction. None: that grade is not given by it."""

    baseline: Baseline
    series: Series
    direction: Direction
    prompt_pct: float | None = None
    alarm_pct: float | None = None

    def __post_init__(self) -> None:
        falling = self.direction is Direction.FALL
        for limit in (self.prompt_pct, self.alarm_pct):
            if limit is not None and not (-100.0 <= limit < 0.0 if falling else 0.0 < limit < math.inf):
                raise ValueError(f"{self.name}: {limit} is {'not in [-100, 0)' if falling else 'not above 0'}")
        if self.prompt_pct is None or self.alarm_pct is None:
            return
        if self.alarm_pct == self.prompt_pct or (self.alarm_pct < self.prompt_pct) != falling:
            raise ValueError(f"{self.name}: alarm {self.alarm_pct} is not beyond prompt {self.prompt_pct}")

    @property
    def name(self) -> str:
        return f"{self.baseline} of {self.series}, {self.direction}"

    def limit(self, grade: Grade) -> float | None:
        """Percent from which the grade is given."""
        return self.alarm_pct if grade is Grade.ALARM else self.prompt_pct


class TierPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Presets of one client tier. No verdict for a yearly effect (52 weekly means) below `minimum_effect` units.

    `fewest_paid_weeks`: of the 52 a year, in which the client must have moved money in what is judged, before a
    week counts as low or high; see detector.policies.paid_weeks for shorter windows. `own_noise`: how many standard
    errors of its own a client must be below its usual for a prompt; see detector.policies.own_noise. 0: any.
    """

    tier: str
    minimum_effect: int
    presets: tuple[Preset, ...]
    fewest_paid_weeks: int = FEWEST_PAID_WEEKS
    own_noise: float = OWN_NOISE

    def __post_init__(self) -> None:
        if not 0 <= self.minimum_effect <= MAX_EFFECT:
            raise ValueError(f"tier {self.tier}: minimum_effect {self.minimum_effect} is not in [0, {MAX_EFFECT}]")
        if not 0 <= self.fewest_paid_weeks <= WEEKS_A_YEAR:
            raise ValueError(f"tier {self.tier}: fewest_paid_weeks {self.fewest_paid_weeks} is not in [0, 52]")
        if not 0.0 <= self.own_noise < math.inf:
            raise ValueError(f"tier {self.tier}: own_noise {self.own_noise} is not a number from 0")
        _refuse_repeats(f"tier {self.tier}", (preset.name for preset in self.presets))


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All presets. `minor_digits`: digits behind the point of the base currency; a client of a tier that is not
    named here is judged by `default_tier`.
    """

    name: str
    minor_digits: int
    default_tier: str
    tiers: tuple[TierPolicy, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.minor_digits <= MAX_MINOR_DIGITS:
            raise ValueError(f"minor_digits {self.minor_digits} is not in [0, {MAX_MINOR_DIGITS}]")
        _refuse_repeats("policy", (tier.tier for tier in self.tiers))
        if self.default_tier not in {tier.tier for tier in self.tiers}:
            raise ValueError(f"default_tier {self.default_tier!r} has no presets")

    @property
    def version(self) -> str:
        """The name and a hash of the content: two policies of one version give the same verdicts."""
        return f"{self.name}-{hashlib.sha256(dump_policy(self)).hexdigest()[:12]}"


def load_policy(text: bytes | str) -> Policy:
    """Read JSON as `dump_policy` writes it. Raises BadPolicy, also for an unknown field."""
    try:
        return msgspec.json.decode(text, type=Policy)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPolicy(f"policy: {error}") from error


def dump_policy(policy: Policy) -> bytes:
    """JSON of a policy, the same bytes for the same content whatever order it was written in."""
    tiers = sorted(policy.tiers, key=lambda tier: tier.tier)
    ordered = [
        msgspec.structs.replace(tier, presets=tuple(sorted(tier.presets, key=lambda preset: preset.name)))
        for tier in tiers
    ]
    return msgspec.json.encode(msgspec.structs.replace(policy, tiers=tuple(ordered)))


def _refuse_repeats(where: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{where}: {name} is given twice")
        seen.add(name)
