"""Rows measured, one after the other or in several processes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from bench.detection.courses import Course
from bench.detection.measures import injected, natural
from bench.detection.not_measured import NotMeasured
from bench.detection.rows import OURS, ROWS, Row
from bench.detection.sample import Branch, Detector, Floats, windows_of_stayers


@dataclass(frozen=True)
class Measured:
    """One row's figures: curves of `injected` by course and of `natural` by outcome, seconds for all of it; of ours
    the same of each branch by itself, under its name, with a threshold of its own; or `why` there are none.
    """

    name: str
    kind: str
    injected: dict[Course, Floats] = field(default_factory=dict)
    natural: dict[str, Floats] = field(default_factory=dict)
    seconds: float = 0.0
    why: str | None = None
    by_branch: dict[str, Measured] = field(default_factory=dict)


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
    seconds = time.perf_counter() - started
    parts = _each_branch(row, branches, detector, repeats) if row.kind == OURS else {}
    return Measured(row.name, row.kind, courses, outcomes, seconds, by_branch=parts)


def _each_branch(row: Row, branches: Sequence[Branch], detector: Detector, repeats: int) -> dict[str, Measured]:
    pool = windows_of_stayers(branches)
    return {
        branch.name: Measured(
            row.name,
            row.kind,
            injected(pool.rows(pool.branch == at), detector, repeats),
            natural(branches, detector, only=at),
        )
        for at, branch in enumerate(branches)
    }


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
