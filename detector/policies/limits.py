"""A policy as arrays, so that clients of all tiers are graded at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import numpy.typing as npt

from detector.comparisons.readings import Bools, Floats, Readings
from detector.comparisons.sums import Ints
from detector.comparisons.windows import PAIRS, SERIES
from detector.ids import one_width
from detector.policies.policy import Policy, Preset
from schemas.verdicts import Direction, Grade

Grades = npt.NDArray[np.int8]
DIRECTIONS = (Direction.FALL, Direction.RISE)
GRADES = (Grade.PROMPT, Grade.ALARM)
_SIGN = {Direction.FALL: -1.0, Direction.RISE: 1.0}
_PAIR_AT = {pair.baseline: which for which, pair in enumerate(PAIRS)}
_SERIES_AT = {series: which for which, series in enumerate(SERIES)}


@dataclass(frozen=True, slots=True)
class Limits:
    """`percent`: float64 (tier, direction, grade, pair, series), signed, infinite where not used.

    `minimum_effect_minor`: float64 (tier,). `fewest_paid_weeks`: int64 (tier,), of a year. `own_noise`: float64
    (tier,), standard errors. `codes`: tier name to its place; `default_code` for all other names.
    """

    percent: Floats
    minimum_effect_minor: Floats
    fewest_paid_weeks: Ints
    own_noise: Floats
    codes: dict[str, int]
    default_code: int

    def encode(self, tiers: Sequence[str]) -> Grades:
        """Tier names as int8 places, same order."""
        letters = one_width(tiers)
        if letters is not None and letters.shape[1] == 1:  # A, B, C: a look-up in bytes, without a Python call each
            places = [self.codes.get(chr(letter), self.default_code) for letter in range(128)]
            return np.array(places, np.int8)[letters[:, 0]]
        return np.fromiter(map(self.codes.get, tiers, repeat(self.default_code)), np.int8, len(tiers))

    def loosest(self, direction: Direction) -> Floats:
        """float64 (pair, series): what passes nowhere here passes in no tier."""
        own = self.percent[:, DIRECTIONS.index(direction)]
        loosest: Floats = own.max(axis=(0, 1)) if direction is Direction.FALL else own.min(axis=(0, 1))
        return loosest

    def grade(self, readings: Readings, codes: Grades) -> Grades:
        """Grade of every comparison, int8 (direction, pair, series, m); `codes` (m,): tiers of the clients."""
        matters = readings.effect_minor >= self.minimum_effect_minor[codes]
        graded = [self._one_way(readings.deviation_pct, codes, direction) for direction in DIRECTIONS]
        return np.where(matters, np.stack(graded), np.int8(Grade.NONE))

    def _one_way(self, deviation_pct: Floats, codes: Grades, direction: Direction) -> Grades:
        grade = np.full(deviation_pct.shape, Grade.NONE, np.int8)
        for place, value in enumerate(GRADES):
            limit = np.moveaxis(self.percent[codes, DIRECTIONS.index(direction), place], 0, -1)
            passed: Bools = deviation_pct <= limit if direction is Direction.FALL else deviation_pct >= limit
            grade[passed] = value
        return grade


def limits_of(policy: Policy) -> Limits:
    """The arrays of a policy."""
    scale = 10**policy.minor_digits
    return Limits(
        percent=np.stack([_percent(tier.presets) for tier in policy.tiers]),
        minimum_effect_minor=np.array([tier.minimum_effect * scale for tier in policy.tiers], np.float64),
        fewest_paid_weeks=np.array([tier.fewest_paid_weeks for tier in policy.tiers], np.int64),
        own_noise=np.array([tier.own_noise for tier in policy.tiers], np.float64),
        codes={tier.tier: code for code, tier in enumerate(policy.tiers)},
        default_code=[tier.tier for tier in policy.tiers].index(policy.default_tier),
    )


def _percent(presets: Iterable[Preset]) -> Floats:
    percent = np.empty((len(DIRECTIONS), len(GRADES), len(PAIRS), len(SERIES)))
    for at, direction in enumerate(DIRECTIONS):
        percent[at] = _SIGN[direction] * np.inf
    for preset in presets:
        for place, grade in enumerate(GRADES):
            limit = preset.limit(grade)
            if limit is not None:
                where = DIRECTIONS.index(preset.direction), place, _PAIR_AT[preset.baseline]
                percent[(*where, _SERIES_AT[preset.series])] = limit
    return percent
