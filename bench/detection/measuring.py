"""Rows measured, one after the other or in several processes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from bench.detection.courses import Course
from bench.detection.measures import injected, natural
from bench.detection.not_measured import NotMeasured
from bench.detection.rows import ROWS
from bench.detection.sample import Branch, Floats, windows_of_stayers


@dataclass(frozen=True)
class Measured:
    """One row's figures: curves of `injected` by course and of `natural` by outcome, seconds for all of it; or
    `why` there are none.
    """

    name: str
    kind: str
    injected: dict[Course, Floats] = field(default_factory=dict)
    natural: dict[str, Floats] = field(default_factory=dict)
    seconds: float = 0.0
    why: str | None = None


def measure(name: str, branches: Sequence[Branch], repeats: int) -> Measured:
    """Make the row's detector and take both measures."""
    row = next(row for row in ROWS if row.name == name)
    started = time.perf_counter()
    try:
        detector = row.make(branches)
    except NotMeasured as why:
        return Measured(row.name, row.kind, why=str(why))
    courses = injected(windows_of_stayers(branches), detector, repeats)
    outcomes = natural(branches, detector)
    return Measured(row.name, row.kind, courses, outcomes, time.perf_counter() - started)


def measure_all(
    names: Sequence[str], branches: Sequence[Branch], repeats: int, processes: int
) -> Iterator[Measured]:
    """In the order of `names`, as they come."""
    if processes == 1:
        yield from (measure(name, branches, repeats) for name in names)
        return
    with ProcessPoolExecutor(processes) as pool:
        waiting = [pool.submit(measure, name, branches, repeats) for name in names]
        yield from (job.result() for job in waiting)
