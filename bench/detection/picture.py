"""Caught against weeks, at the budget: our scores and the best peers, as an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.detection.measures import GRADUAL, HALF_YEAR
from bench.detection.measuring import Measured
from bench.detection.not_measured import need
from bench.detection.report import mean_within
from bench.detection.rows import OURS

PEERS_SHOWN = 4
QUARTER = 13


def shown(rows: Sequence[Measured]) -> list[Measured]:
    """Ours, then the peers that catch most within a quarter, best first."""
    there = [row for row in rows if row.why is None]
    peers = sorted((row for row in there if row.kind != OURS), key=lambda row: -mean_within(row, QUARTER))
    return [row for row in there if row.kind == OURS] + peers[:PEERS_SHOWN]


def draw(rows: Sequence[Measured], path: Path) -> None:
    """Write it. Raises NotMeasured where Matplotlib is not installed."""
    matplotlib: Any = need("matplotlib", "matplotlib")
    matplotlib.use("svg")
    plots: Any = need("matplotlib.pyplot", "matplotlib")
    # The same figures give the same file: no date, no random ids.
    plots.rcParams.update({"svg.hashsalt": "bench.detection", "font.size": 9})
    figure, (left, right) = plots.subplots(1, 2, figsize=(11, 4.6), layout="constrained", sharey=True)
    for row in shown(rows):
        style = {"label": row.name, "linewidth": 2.4 if row.kind == OURS else 1.1}
        style["linestyle"] = "-" if row.kind == OURS else "--"
        if GRADUAL in row.natural:
            left.plot(np.arange(HALF_YEAR, -1, -1), row.natural[GRADUAL], **style)
        right.plot(np.arange(1, HALF_YEAR + 1), np.mean(list(row.injected.values()), axis=0), **style)
    left.invert_xaxis()
    left.set(title="Clients that really faded out", xlabel="weeks before the last payment", ylim=(0, 1))
    left.set_ylabel("share caught by then, at 5 % of client-quarters")
    right.set(title="Injected leavers, mean of five courses", xlabel="weeks from the onset")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    right.legend(loc="upper left", frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    plots.close(figure)
