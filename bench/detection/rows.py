"""The table's rows: what is measured, in which order, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.detection.ours import learned, shipped_presets
from bench.detection.peers import forests, river_changes, series_anomalies
from bench.detection.peers.buy_till_you_die import bg_nbd
from bench.detection.peers.charts import CHARTS, COMPARISONS
from bench.detection.sample import Branch, Detector

OURS, BANK, CHART, STREAM, TOOLKIT = (
    "ours",
    "the bank's own practice",
    "control chart",
    "stream detector",
    "toolkit",
)
LEARNED = "learned score"
Make = Callable[[Sequence[Branch]], Detector]  # raises NotMeasured


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    make: Make


def _ready(detector: Detector) -> Make:
    return lambda _branches: detector


def _made_by(make: Callable[[], Detector]) -> Make:
    return lambda _branches: make()


ROWS = (
    Row(LEARNED, OURS, learned),
    Row("shipped presets", OURS, _ready(shipped_presets(every_amount=False))),
    Row("shipped presets, every amount", OURS, _ready(shipped_presets(every_amount=True))),
    *(Row(name, BANK, _ready(detector)) for name, detector in COMPARISONS.items()),
    *(Row(name, CHART, _ready(detector)) for name, detector in CHARTS.items()),
    Row("River ADWIN", STREAM, _made_by(river_changes.adwin)),
    Row("River Page-Hinkley", STREAM, _made_by(river_changes.page_hinkley)),
    Row("River KSWIN", STREAM, _made_by(river_changes.kswin)),
    Row("River half-space trees", STREAM, _made_by(forests.half_space_trees)),
    Row("random cut forest (krcf)", STREAM, _made_by(forests.random_cut_forest)),
    Row("Luminol", TOOLKIT, _made_by(series_anomalies.luminol)),
    Row("ADTK level shift", TOOLKIT, _made_by(series_anomalies.adtk_level_shift)),
    Row("BG/NBD P(alive) (pymc-marketing)", TOOLKIT, bg_nbd),
)

DO_NOT_INSTALL = {
    "rrcf 0.4.4": "does not install to work: it imports pkg_resources, which setuptools 82 lacks. krcf is measured",
    "btyd 0.1": "does not install to work: it imports inspect.getargspec, gone with Python 3.11. PyMC-Marketing is"
    " measured",
}
