"""`python -m research.calibrate [--write]`: find the default presets on simulated banks and say what they give."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.comparisons.windows import PAIRS, SERIES
from detector.policies import preset_table
from research.preset_check import report
from research.preset_samples import TierSample, tier_samples
from research.preset_search import NONE, Sample, search
from schemas.verdicts import Baseline, Series

Floats = npt.NDArray[np.float64]
Row = tuple[str, str, str, str, float | None, float | None]

STAY_SEEDS, LEAVE_SEEDS, CLIENTS = (11, 12, 13, 14), (21, 22, 23), 6000
# Of client-quarters of clients that stay, every tier by itself: 5 % prompts and 1 % alarms, less a margin so that
# another bank's luck stays within them. Alarms are few, so their luck is larger.
PROMPTS, ALARMS = 0.05 * 0.88, 0.01 * 0.75
RISES = 0.2  # share of what is spent that goes to rises: they are news, falls are the warning
FALL_GRID, RISE_GRID = np.arange(10.0, 101.0), np.arange(20.0, 1001.0, 5.0)
ALARM_GAP = 5.0  # an alarm is at least this much beyond its prompt
# Of each budget, for every comparison on turnover before the search: a young client has no year to be set against,
# and a sum of falls can hide what one of them shows.
RESERVED = 0.06
RISE_COMPARISONS = tuple(baseline for baseline in Baseline if baseline is not Baseline.WEEK_VS_RECENT)
NAMES = [(pair.baseline, series) for pair in PAIRS for series in SERIES]


def main(arguments: list[str]) -> None:
    started = time.perf_counter()
    samples = tier_samples(STAY_SEEDS, LEAVE_SEEDS, CLIENTS)
    rows = [row for tier, sample in samples.items() for row in presets(tier, sample)]
    for row in rows:
        print(*row)
    print(f"found in {time.perf_counter() - started:.0f} s")
    if "--write" in arguments:
        Path(preset_table.__file__).write_text(table(rows))
        print("written to detector/policies/preset_table.py; run again without --write to see what they give")
        return
    if tuple(rows) != preset_table.ROWS:
        print("these differ from detector/policies/preset_table.py; --write replaces it. Below is what it gives:")
    report()


def presets(tier: str, sample: TierSample) -> list[Row]:
    """Rises first, on their share of the budget; then falls on the rest, prompts before alarms."""
    rises = [rise_limits(sample.quiet_rise, RISES * budget) for budget in (PROMPTS, ALARMS)]
    rises[1] = np.maximum(rises[1], rises[0] + ALARM_GAP)
    falls: list[Floats] = []
    tightest = np.zeros(len(NAMES))
    for budget, rise in zip((PROMPTS, ALARMS), rises, strict=True):
        already = (sample.quiet_rise >= rise).any(axis=1)
        reserved = np.maximum(reserve(sample.quiet_fall, RESERVED * budget), tightest)
        reserved[reserved > FALL_GRID[-1]] = NONE
        quiet = Sample(sample.quiet_fall, already, sample.leaving)
        falls.append(search(quiet, FALL_GRID, tightest, budget, reserved))
        tightest = falls[-1] + ALARM_GAP
    return _rows(tier, "fall", -1.0, falls) + _rows(tier, "rise", 1.0, rises)


def rise_limits(quiet: Floats, budget: float) -> Floats:
    """Limits (12,) on turnover's quarters that spend the budget, each comparison alone as rare as the others."""
    used = [baseline in RISE_COMPARISONS and series is Series.TURNOVER for baseline, series in NAMES]
    limits = np.full(len(NAMES), NONE)
    for rate in np.geomspace(budget, budget / len(PAIRS), 40):
        for which in np.flatnonzero(used):
            least = np.quantile(quiet[:, which], 1.0 - rate)
            limits[which] = RISE_GRID[min(np.searchsorted(RISE_GRID, least), len(RISE_GRID) - 1)]
        if (quiet >= limits).any(axis=1).mean() <= budget:
            break
    return limits


def reserve(quiet: Floats, rate: float) -> Floats:
    """Limits (12,) on turnover, each passed in at most `rate` of the quarters; NONE where silence is no rarer."""
    limits = np.full(len(NAMES), NONE)
    for which, (_, series) in enumerate(NAMES):
        rare = [depth for depth in FALL_GRID if (quiet[:, which] >= depth).mean() <= rate]
        if series is Series.TURNOVER and rare:
            limits[which] = rare[0]
    return limits


def table(rows: list[Row]) -> str:
    """The text of detector/policies/preset_table.py."""
    head = Path(preset_table.__file__).read_text().split("ROWS:")[0]
    body = "".join(f'    ("{a}", "{b}", "{c}", "{d}", {e}, {f}),\n' for a, b, c, d, e, f in rows)
    return f"{head}ROWS: tuple[tuple[str, str, str, str, float | None, float | None], ...] = (\n{body})\n"


def _rows(tier: str, direction: str, sign: float, limits: list[Floats]) -> list[Row]:
    prompts, alarms = limits
    return [
        (tier, str(baseline), str(series), direction, _limit(sign, prompt), _limit(sign, alarm))
        for (baseline, series), prompt, alarm in zip(NAMES, prompts, alarms, strict=True)
        if np.isfinite(prompt)
    ]


def _limit(sign: float, depth: float) -> float | None:
    return float(sign * depth) if np.isfinite(depth) else None


if __name__ == "__main__":
    main(sys.argv[1:])
