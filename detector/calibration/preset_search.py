"""Which limits catch most leavers within a budget of client-quarters that stay quiet: a greedy search on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Depths = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

NONE = np.inf  # depth that nothing reaches: the comparison is not used
WORTH = 0.002  # share of leavers that a comparison must add to be worth explaining


@dataclass(frozen=True)
class Sample:
    """Depths, percent of fall as a positive number, -inf where none. One row a client-quarter or a leaver.

    `quiet`: (windows, comparisons), largest in each client-quarter of a client that stays. `already`: (windows,),
    those that something else (the rise presets) has spoilt. `leaving`: (leavers, views, comparisons), largest
    within each view, such as 13 and 26 weeks from the onset.
    """

    quiet: Depths
    already: Bools
    leaving: Depths

    def caught(self, limits: Floats) -> float:
        """Share of leavers caught, mean over the views."""
        return float((self.leaving >= limits).any(axis=2).mean())


def search(sample: Sample, grid: Floats, tightest: Floats, budget: float, reserved: Floats) -> Floats:
    """Limits on `grid` (ascending), at or above `tightest`, at or below `reserved`; NONE where a comparison is not
    used.
    """
    limits = _greedy(sample, grid, tightest, budget, reserved)
    for _ in range(3):
        before = sample.caught(limits)
        limits = _without_the_idle(sample, limits, reserved)
        allowed = np.where(np.isfinite(limits), tightest, NONE)
        limits = _greedy(sample, grid, allowed, budget, limits)
        limits = _retried(sample, grid, allowed, budget, limits, reserved)
        if sample.caught(limits) <= before:
            break
    return limits


def _greedy(sample: Sample, grid: Floats, tightest: Floats, budget: float, limits: Floats) -> Floats:
    """Loosen one limit at a time, the one that catches most for the quarters it spoils, until nothing fits."""
    limits = limits.copy()
    while True:
        quiet = sample.already | (sample.quiet >= limits).any(axis=1)
        caught: Bools = np.any(sample.leaving >= limits, axis=2)
        best, choice = 0.0, None
        for which in range(len(limits)):
            steps = grid[(grid >= tightest[which]) & (grid < limits[which])]
            spoils, catches = _gains(sample, which, steps, quiet, caught)
            worth = np.where(quiet.mean() + spoils <= budget, catches / (spoils + 1e-5), 0.0)
            if len(worth) and worth.max() > best:
                best, choice = float(worth.max()), (which, steps[int(worth.argmax())])
        if choice is None:
            return limits
        limits[choice[0]] = choice[1]


def _gains(sample: Sample, which: int, steps: Floats, quiet: Bools, caught: Bools) -> tuple[Floats, Floats]:
    """What each step of one limit spoils and catches on top, shares."""
    spoils = _reached(sample.quiet[~quiet, which], steps) / len(quiet)
    catches = _reached(sample.leaving[..., which][~caught], steps) / caught.size
    return spoils, catches


def _reached(depths: Depths, steps: Floats) -> Floats:
    ordered = np.sort(depths)
    return (len(ordered) - np.searchsorted(ordered, steps, side="left")).astype(np.float64)


def _without_the_idle(sample: Sample, limits: Floats, reserved: Floats) -> Floats:
    """Put every limit back whose own contribution is below WORTH, the least worth first."""
    limits = limits.copy()
    while (used := np.flatnonzero(limits < reserved)).size:
        now = sample.caught(limits)
        losses = [now - sample.caught(_with(limits, int(which), reserved[which])) for which in used]
        if min(losses) >= WORTH:
            break
        which = int(used[int(np.argmin(losses))])
        limits[which] = reserved[which]
    return limits


def _retried(
    sample: Sample, grid: Floats, tightest: Floats, budget: float, limits: Floats, reserved: Floats
) -> Floats:
    """Put one limit back and search again from there; keep what is better."""
    best = limits
    for which in np.flatnonzero(limits < reserved):
        other = _greedy(sample, grid, tightest, budget, _with(limits, int(which), reserved[which]))
        if sample.caught(other) > sample.caught(best):
            best = other
    return best


def _with(limits: Floats, which: int, value: float) -> Floats:
    changed = limits.copy()
    changed[which] = value
    return changed
