"""Weeks in which a client's group rested, and the client with it, are no deviation of that client."""

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


def idle(memory: Memory, week: Week, rows: Rows, resting: Bools) -> Bools:
    """`resting` (LONGEST, n), where the client moved nothing either: a week with money in it was none of rest."""
    found = resting.copy()
    for lag in np.flatnonzero(resting.any(axis=1)).tolist():
        now, before = (memory.ring[(week - back) % SLOTS][:2, rows] for back in (lag, lag + 1))
        found[lag] &= (now == before).all(axis=0)
    return found


def left_aside(ratio: Floats, pair: Pair, direction: Direction, weeks: Ints) -> Floats:
    """Actual over expected of the weeks that were no rest, where `weeks` of the window in question were."""
    window = window_in_question(pair, direction).weeks
    others = (window - weeks) / window
    if direction is Direction.RISE:
        return ratio * others
    return np.divide(ratio, others, out=np.ones(len(ratio)), where=others > 0.0)


def topped_up(ratio: Floats, pair: Pair, direction: Direction, weeks: Ints) -> Floats:
    """Actual over expected, where each of `weeks` weeks of rest counts as the mean of the comparison's other
    window, at which it is no deviation. It never makes a rise of a fall, nor a fall of a rise.
    """
    share = weeks / window_in_question(pair, direction).weeks
    if direction is Direction.FALL:
        return np.where(ratio < 1.0, np.minimum(ratio + share, 1.0), ratio)
    return np.where(ratio > 1.0, np.maximum(ratio / (1.0 + share * ratio), 1.0), ratio)


def _in_any(groups: frozenset[Group], groupings: tuple[Grouping, ...]) -> npt.NDArray[np.bool_]:
    """True for each client of any of the groups."""
    inside = np.zeros(len(groupings[0].of), np.bool_)
    for grouping in groupings:
        # One place more than groups, so that -1, no group, is False.
        chosen = np.array([*(group in groups for group in grouping.groups), False])
        inside |= chosen[grouping.of]
    return inside
