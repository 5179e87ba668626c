"""From a sample of a tier to its presets: rises on their share of the budget, then falls, prompts before alarms."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from detector.calibration.preset_samples import TierSample
from detector.calibration.preset_search import NONE, Sample, search
from detector.comparisons.windows import PAIRS, SERIES
from detector.policies.policy import Preset
from schemas.verdicts import Baseline, Direction, Series

Floats = npt.NDArray[np.float64]
Depths = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

# Of client-quarters of clients that stay, all comparisons and both directions of a tier together: 5 % prompts and
# 1 % alarms, less a margin so that another bank's luck stays within them. Alarms are few, so their luck is larger.
PROMPTS, ALARMS = 0.05 * 0.88, 0.01 * 0.75
RISES = 0.2  # share of what is spent that goes to rises: they are news, falls are the warning
FALL_GRID, RISE_GRID = np.arange(10.0, 101.0), np.arange(20.0, 1001.0, 5.0)
ALARM_GAP = 5.0  # an alarm is at least this much beyond its prompt
# Of each budget, for every comparison of the bank's practice on turnover before the search: a young client has no
# year to be set against, and a sum of falls can hide what one of them shows.
RESERVED = 0.06
# The search alone decides of the eight weeks: of clients that are paid by one payer they are wild.
RESERVED_FOR = tuple(baseline for baseline in Baseline if baseline is not Baseline.EIGHT_WEEKS_VS_YEAR)
RISE_COMPARISONS = tuple(baseline for baseline in RESERVED_FOR if baseline is not Baseline.WEEK_VS_RECENT)
Name = tuple[Baseline, Series]
NAMES = [(pair.baseline, series) for pair in PAIRS for series in SERIES]


def find_presets(sample: TierSample, left_out: Collection[Name] = ()) -> tuple[Preset, ...]:
    """Presets of a tier that catch most of the faded copies within the budget. `left_out`: not used for falls."""
    both = (PROMPTS, ALARMS)
    rises = [_rise_limits(sample.quiet_rise, RISES * share) for share in both]
    rises[1] = np.maximum(rises[1], rises[0] + ALARM_GAP)
    falls: list[Floats] = []
    tightest = np.array([NONE if name in left_out else 0.0 for name in NAMES])
    for share, rise in zip(both, rises, strict=True):
        already: Bools = np.any(sample.quiet_rise >= rise, axis=1)
        reserved = np.maximum(_reserve(sample.quiet_fall, RESERVED * share), tightest)
        reserved[reserved > FALL_GRID[-1]] = NONE
        quiet = Sample(sample.quiet_fall, already, sample.leaving)
        falls.append(search(quiet, FALL_GRID, tightest, share, reserved))
        tightest = falls[-1] + ALARM_GAP
    nobody = np.full(len(NAMES), NONE)  # forms a task force about a client that pays more: a rise is a prompt alone
    return (*_presets(Direction.FALL, -1.0, *falls), *_presets(Direction.RISE, 1.0, rises[0], nobody))


def _rise_limits(quiet: Depths, budget: float) -> Floats:
    """Limits on turnover's quarters that spend the budget, each comparison alone as rare as the others."""
    used = [baseline in RISE_COMPARISONS and series is Series.TURNOVER for baseline, series in NAMES]
    limits = np.full(len(NAMES), NONE)
    for rate in np.geomspace(budget, budget / len(PAIRS), 40):
        for which in np.flatnonzero(used):
            least = np.quantile(quiet[:, which], 1.0 - rate)
            limits[which] = RISE_GRID[min(np.searchsorted(RISE_GRID, least), len(RISE_GRID) - 1)]
        if (quiet >= limits).any(axis=1).mean() <= budget:
            break
    return limits


def _reserve(quiet: Depths, rate: float) -> Floats:
    """Limits on turnover, each passed in at most `rate` of the quarters; NONE where silence is no rarer."""
    limits = np.full(len(NAMES), NONE)
    for which, (baseline, series) in enumerate(NAMES):
        rare = [depth for depth in FALL_GRID if (quiet[:, which] >= depth).mean() <= rate]
        if series is Series.TURNOVER and baseline in RESERVED_FOR and rare:
            limits[which] = rare[0]
    return limits


def _presets(direction: Direction, sign: float, prompts: Floats, alarms: Floats) -> list[Preset]:
    return [
        Preset(baseline, series, direction, _limit(sign, prompt), _limit(sign, alarm))
        for (baseline, series), prompt, alarm in zip(NAMES, prompts, alarms, strict=True)
        if np.isfinite(prompt)
    ]


def _limit(sign: float, depth: float) -> float | None:
    return float(sign * depth) if np.isfinite(depth) else None
