"""The two measures: leavers made of stayers, and clients that really went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.detection.budget import QUARTER, highest_in, highest_so_far, threshold
from bench.detection.courses import COURSES, Course, faded, weeks_to_choose_from
from bench.detection.sample import STAYED, WARM_UP_WEEKS, Branch, Detector, Floats, Ints, Sample, whole

HALF_YEAR = 26
LEAVER_SHARE = 0.15  # few enough that a factor of the whole branch stays that of the stayers
REPEATS = 4
INJECTED_SEED, NATURAL_SEED = 5, 3
QUARTERS_A_CLIENT = 3
WITHIN = (8, 13, 26)  # weeks from the onset, the onset week being the first
AHEAD = (13, 8, 4, 0)  # weeks before the last payment
GRADUAL, FAST, ABRUPT = "ended_gradual_fade", "ended_fast_fade", "ended_abrupt"


def injected(pool: Sample, detector: Detector, repeats: int = REPEATS) -> dict[Course, Floats]:
    """Share caught within 1, 2 ... 26 weeks of the onset, (26,), by course."""
    return {course: _one_course(pool, detector, course, repeats) for course in COURSES}


def _one_course(pool: Sample, detector: Detector, course: Course, repeats: int) -> Floats:
    quiet, leaving = [], []
    for repeat in range(repeats):
        draw = _draw(pool, repeat)
        leaves = draw.leaves[:, None]
        turnover = np.where(leaves, faded(pool.turnover, course, draw.onset), pool.turnover)
        scores = detector(Sample(turnover, pool.branch, pool.first))
        gone, stays = np.flatnonzero(draw.leaves), np.flatnonzero(~draw.leaves)
        quiet.append(highest_in(scores, stays, draw.quarter[stays]))
        leaving.append(highest_so_far(scores, gone, draw.onset[gone], HALF_YEAR))
    caught: Floats = (np.concatenate(leaving) > threshold(np.concatenate(quiet))).mean(axis=0)
    return caught


@dataclass(frozen=True)
class Draw:
    """What chance decides in one repeat, (n,) each; for every course and detector the same."""

    onset: Ints
    leaves: np.ndarray
    quarter: Ints


def _draw(pool: Sample, repeat: int) -> Draw:
    """In this order: it is what figures taken elsewhere with the same seeds are compared by."""
    rng = np.random.default_rng(INJECTED_SEED * 100 + repeat)
    rows, (low, high) = len(pool.turnover), weeks_to_choose_from(pool.turnover.shape[1])
    onset = rng.integers(low, high, size=rows)
    leaves = rng.random(rows) < LEAVER_SHARE
    return Draw(onset, leaves, rng.integers(low, high, size=rows))


@dataclass(frozen=True)
class Watched:
    """Of one branch: `quiet` (windows, 2) row and first week of each quarter; `leaver` (k,) rows of who went."""

    quiet: Ints
    leaver: Ints


def watched(branches: Sequence[Branch]) -> list[Watched]:
    """Which weeks of whom are looked at, drawn in the order of branches and clients."""
    rng = np.random.default_rng(NATURAL_SEED)
    return [_watched(branch, rng) for branch in branches]


def _watched(branch: Branch, rng: np.random.Generator) -> Watched:
    quiet: list[tuple[int, int]] = []
    settled = branch.first + WARM_UP_WEEKS
    for client in np.flatnonzero((branch.outcome == STAYED) & (branch.last - QUARTER > settled)):
        starts = rng.integers(settled[client], branch.last[client] - QUARTER, size=QUARTERS_A_CLIENT)
        quiet += [(int(client), int(start)) for start in starts]
    went = np.isin(branch.outcome, (GRADUAL, FAST, ABRUPT)) & (branch.last - HALF_YEAR > settled)
    return Watched(np.array(quiet, np.int64).reshape(-1, 2), np.flatnonzero(went))


def natural(branches: Sequence[Branch], detector: Detector, only: int | None = None) -> dict[str, Floats]:
    """Share caught at least 26, 25 ... 0 weeks before the last payment, (27,), by outcome; an outcome that nobody
    has is left out. `only`: the index of the one branch to look at, with a threshold of its own.
    """
    quiet, leaving, outcome = [], [], []
    for at, (branch, watch) in enumerate(zip(branches, watched(branches), strict=True)):
        if only not in (None, at):
            continue
        scores = detector(whole(branch, at))
        quiet.append(highest_in(scores, watch.quiet[:, 0], watch.quiet[:, 1]))
        start = branch.last[watch.leaver] - HALF_YEAR
        leaving.append(highest_so_far(scores, watch.leaver, start, HALF_YEAR + 1))
        outcome.append(branch.outcome[watch.leaver])
    caught, of = np.concatenate(leaving) > threshold(np.concatenate(quiet)), np.concatenate(outcome)
    return {name: caught[of == name].mean(axis=0) for name in (GRADUAL, FAST, ABRUPT) if (of == name).any()}


def within(curve: Floats, weeks: int) -> float:
    """Of a curve of `injected`."""
    return float(curve[weeks - 1])


def ahead(curve: Floats, weeks: int) -> float:
    """Of a curve of `natural`."""
    return float(curve[HALF_YEAR - weeks])
