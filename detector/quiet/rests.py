"""Weeks in which a client's group rested count as usual weeks of that client."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from detector.comparisons.readings import Bools, Floats
from detector.comparisons.sums import Ints
from detector.comparisons.windows import LONGEST, Pair, Window
from detector.groups import Group
from detector.ids import Rows
from detector.quiet.surroundings import Grouping
from detector.state import SLOTS, Memory
from schemas.verdicts import Direction
from schemas.weeks import Week

USUAL_WEEKS = (8, 13, 52)  # what is usual: the greatest of the means that are shown as baselines
MOST_IN_A_FALL = 4  # a month: what lasts longer is no rest, and would hide who leaves in it


def resting(quiet: Mapping[Week, frozenset[Group]], groupings: tuple[Grouping, ...], week: Week) -> Bools:
    """(LONGEST, n): by weeks back from `week`, whether a group of the client rested."""
    clients = len(groupings[0].of) if groupings else 0
    found = np.zeros((LONGEST, clients), np.bool_)
    for at, groups in quiet.items():
        if groups and 0 <= week - at < LONGEST:
            found[week - at] = _in_any(groups, groupings)
    return found


def rests_in(resting: Bools, pair: Pair, direction: Direction) -> Bools:
    """(weeks, n): the weeks of rest that could make a deviation: in a fall's own window, a rise's expected one."""
    window = window_in_question(pair, direction)
    inside = resting[window.lag : window.before]
    return inside & (np.cumsum(inside, axis=0) <= MOST_IN_A_FALL) if direction is Direction.FALL else inside


def window_in_question(pair: Pair, direction: Direction) -> Window:
    """The window that a week of rest makes a deviation with."""
    return pair.actual if direction is Direction.FALL else pair.expected


def weekly_volumes(memory: Memory, week: Week, rows: Rows) -> Ints:
    """int64 (LONGEST, 3, n): volumes by weeks back and series."""
    slots = [(week - lag) % SLOTS for lag in range(LONGEST + 1)]
    totals = memory.ring[slots][:, :, rows]
    own = totals[:-1] - totals[1:]
    return np.concatenate([own, own.sum(axis=1, keepdims=True)], axis=1)


def usual_volumes(volumes: Ints, resting: Bools, seen: Ints) -> Floats:
    """float64 (LONGEST, 3, n): what a client usually has, for each week of rest; zero in all other weeks.

    The greatest of the means over the 8, 13 and 52 weeks on either side of it that were no rest, as far as they are
    remembered: of an old rest, what came before is forgotten.
    """
    usual = np.zeros(volumes.shape)
    counts = ~resting & (np.arange(LONGEST)[:, None] < seen)
    for lag in np.flatnonzero(resting.any(axis=1)):
        who = np.flatnonzero(resting[lag])
        for side in (slice(lag + 1, None), slice(lag - 1, None, -1) if lag else slice(0)):
            nearest = counts[side, who]
            rank = np.cumsum(nearest, axis=0)
            mine = volumes[side][:, :, who].astype(np.float64)
            for weeks in USUAL_WEEKS:
                taken = nearest & (rank <= weeks)
                mean = (mine * taken[:, None]).sum(axis=0) / np.maximum(taken.sum(axis=0), 1)
                usual[lag][:, who] = np.maximum(usual[lag][:, who], mean)
    return usual


def filling(
    volumes: Ints, usual: Floats, rests: Bools, floor: Floats, pair: Pair, direction: Direction, series: int
) -> Floats:
    """What the weeks of rest lack, float64 (n,): each counts as the client's usual, or as `floor` if that is more.

    `floor`: the mean of the comparison's other window, at which the week is no deviation at all.
    """
    window = window_in_question(pair, direction)
    inside = slice(window.lag, window.before)
    lacks = np.maximum(usual[inside, series], floor) - volumes[inside, series]
    filled: Floats = np.where(rests, np.maximum(lacks, 0.0), 0.0).sum(axis=0)
    return filled


def _in_any(groups: frozenset[Group], groupings: tuple[Grouping, ...]) -> npt.NDArray[np.bool_]:
    """True for each client of any of the groups."""
    inside = np.zeros(len(groupings[0].of), np.bool_)
    for grouping in groupings:
        # One place more than groups, so that -1, no group, is False.
        chosen = np.array([*(group in groups for group in grouping.groups), False])
        inside |= chosen[grouping.of]
    return inside
