"""`python -m research.calibrate [--write]`: find the default presets on simulated banks and say what they give."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from detector.calibration.calibrating import find_presets
from detector.policies import preset_table
from detector.policies.policy import Preset
from detector.policies.presets import DEFAULT_TIER
from research.preset_check import report
from research.preset_samples import tier_samples
from schemas.verdicts import Baseline, Series

Row = tuple[str, str, str, str, float | None, float | None]

# Clients without a tier are judged by this one too. On real payments from one payer, which no simulated bank has,
# it raises 4 more of 100 quarters of clients that stay and finds not one fade more (decision 0009).
TOO_WILD = frozenset({(Baseline.EIGHT_WEEKS_VS_YEAR, Series.TURNOVER)})
STAY_SEEDS, LEAVE_SEEDS, CLIENTS = (11, 12, 13, 14), (21, 22, 23), 6000


def main(arguments: list[str]) -> None:
    started = time.perf_counter()
    samples = tier_samples(STAY_SEEDS, LEAVE_SEEDS, CLIENTS)
    rows = [
        _row(tier, preset)
        for tier, sample in samples.items()
        for preset in find_presets(sample, left_out=TOO_WILD if tier == DEFAULT_TIER else ())
    ]
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


def _row(tier: str, preset: Preset) -> Row:
    named = (preset.baseline.value, preset.series.value, preset.direction.value)
    return (tier, *named, preset.prompt_pct, preset.alarm_pct)


def table(rows: list[Row]) -> str:
    """The text of detector/policies/preset_table.py."""
    head = Path(preset_table.__file__).read_text().split("ROWS:")[0]
    body = "".join(f'    ("{a}", "{b}", "{c}", "{d}", {e}, {f}),\n' for a, b, c, d, e, f in rows)
    return f"{head}ROWS: tuple[tuple[str, str, str, str, float | None, float | None], ...] = (\n{body})\n"


if __name__ == "__main__":
    main(sys.argv[1:])
