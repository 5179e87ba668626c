"""When most of a branch, an industry or the bank moves: finding it, and how far each client moved with it.

Robust by counting clients: a group moves only if most of its clients do, and its size is the median client's, so
that the leavers in it count as one client each. Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.habits import share_before
from detector.comparisons.readings import Bools, Floats
from detector.comparisons.sums import Cumulative, Ints, series_sum
from detector.comparisons.windows import RECENT, SERIES, WEEK, lags, pairs
from detector.groups import Group, Movement
from detector.ids import Rows
from detector.policies.limits import DIRECTIONS, Limits
from detector.policies.paid_weeks import enough_for
from detector.quiet.rests import idle, left_aside, resting, rests_in
from detector.quiet.surroundings import Grouping, Surroundings
from detector.state import Memory
from schemas.verdicts import Baseline, Direction, Series
from schemas.weeks import Week

ENOUGH = 12  # clients of a group, below which "most of them" can be chance
MOST = 0.6
AT_REST = 0.3  # of the clients: fewer low ones than that beyond the usual are some that leave, and no rest
SETTLED_WEEKS = 26  # of history, before a client says anything about its group
FAR = 0.15  # of the expectation: nearer than that is everyday noise of a quarter
SURPRISE = (
    4.0  # standard deviations beyond the clients' own habits: once in some thousand years of a hundred groups
)
_TURNOVER = SERIES.index(Series.TURNOVER)


@dataclass(frozen=True, slots=True)
class Shares:
    """How n clients' groups moved in one comparison and direction: actual over expected of the median client.

    `factor`: float64 (n,), 1.0 where no group of the client moved. `by`: int8 (n,), the grouping that moved most.
    """

    factor: Floats
    by: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class CommonMovements:
    """All that is common in a week. `shares`: by (direction, pair, series), where any group moved.

    `at_rest`: bool (LONGEST, n), by weeks back, where a group of the client rested and the client with it.
    """

    movements: tuple[Movement, ...]
    quiet_weeks: Mapping[Week, frozenset[Group]]
    shares: Mapping[tuple[int, int, int], Shares]
    at_rest: Bools


def find_common(
    memory: Memory, week: Week, rows: Rows, limits: Limits, around: Surroundings, seen: Ints, fewest: Ints
) -> CommonMovements:
    """1. Which groups rested this week. 2. Which have moved in a comparison that has presets, rests left aside.

    `rows`: of the week's clients; `seen`: int64 (n,), their weeks of history; `fewest`: int64 (n,), the paid weeks
    without which a client says nothing of its group either.
    """
    in_order = len(rows) == memory.size and bool((rows == np.arange(len(rows))).all())
    shift = around.festivals.shift(week)
    # A view where it can be.
    cumulative = memory.cumulative(week, slice(0, memory.size) if in_order else rows, lags(shift))
    settled = seen >= SETTLED_WEEKS
    found = [_rested(memory, week, rows, cumulative, settled, grouping) for grouping in around.groupings]
    rested = [movement for movements in found for movement in movements]
    quiet = {**around.quiet_weeks, week: frozenset(m.group for m in rested)}
    at_rest = idle(memory, week, rows, resting(quiet, around.groupings, week))
    any_rest = bool(at_rest.any())  # mostly not, and looking takes long
    widest: dict[Group, Movement] = {movement.group: movement for movement in rested}
    shares: dict[tuple[int, int, int], Shares] = {}
    paid = memory.habits.paid_in(rows)
    for way, direction in enumerate(DIRECTIONS):
        for which, series in np.argwhere(np.isfinite(limits.loosest(direction))):
            pair = pairs(shift)[which]
            if pair.actual.weeks == 1:
                continue  # of single weeks, rests are all that is looked for
            actual, expected = (
                series_sum(cumulative, window, int(series)).astype(np.float64) / window.weeks
                for window in (pair.actual, pair.expected)
            )
            usable = settled & (expected > 0.0) & (seen >= pair.need)
            usable &= enough_for(paid[series], pair, fewest)
            ratio = np.divide(actual, expected, out=np.ones(len(rows)), where=usable)
            if any_rest:
                weeks = rests_in(at_rest, pair, direction).sum(axis=0)
                ratio = left_aside(ratio, pair, direction, weeks)
            moved, share = _moved(ratio, usable, around.groupings, direction)
            if moved:
                shares[way, int(which), int(series)] = share
            for group, size, clients, far in moved:
                movement = Movement(group, week, pair.baseline, SERIES[series], (size - 1.0) * 100.0, clients, far)
                if group not in widest or (
                    not widest[group].quiet and abs(movement.size_pct) > abs(widest[group].size_pct)
                ):
                    widest[group] = movement
    return CommonMovements(tuple(widest.values()), quiet, shares, at_rest)


def _rested(
    memory: Memory, week: Week, rows: Rows, cumulative: Cumulative, settled: Bools, grouping: Grouping
) -> list[Movement]:
    """Groups in which far more clients than usual are far below their recent average."""
    recent = series_sum(cumulative, RECENT, _TURNOVER)
    usable = settled & (recent > 0) & (grouping.of >= 0)
    of, size = grouping.of[usable], len(grouping.groups)
    bits = memory.habits.low[rows[usable]]
    low = (bits & np.uint64(1)).astype(np.float64)
    clients = np.bincount(of, minlength=size)
    habit = share_before(bits, memory.habits.comparable[rows[usable]])
    lows = np.bincount(of, weights=low, minlength=size)
    usual = np.bincount(of, weights=habit, minlength=size)
    spread = np.sqrt(np.bincount(of, weights=habit * (1.0 - habit), minlength=size))
    rest = (clients >= ENOUGH) & (lows >= MOST * clients) & (lows - usual >= SURPRISE * spread)
    rest &= (clients - lows <= 0.5 * (clients - usual)) & (lows - usual >= AT_REST * clients)
    if not rest.any():
        return []
    actual = series_sum(cumulative, WEEK, _TURNOVER)[usable] / WEEK.weeks
    ratio = actual / (recent[usable] / RECENT.weeks)
    return [
        Movement(
            grouping.groups[at],
            week,
            Baseline.WEEK_VS_RECENT,
            Series.TURNOVER,
            (float(np.median(ratio[of == at])) - 1.0) * 100.0,
            int(clients[at]),
            int(lows[at]),
        )
        for at in np.flatnonzero(rest)
    ]


def _moved(
    ratio: Floats, usable: Bools, groupings: tuple[Grouping, ...], direction: Direction
) -> tuple[list[tuple[Group, float, int, int]], Shares]:
    """(group, median ratio, clients, those far off) of every group that moved; what it means for each client."""
    falls = direction is Direction.FALL
    far = ratio <= 1.0 - FAR if falls else ratio >= 1.0 + FAR
    factor, by = np.ones(len(ratio)), np.zeros(len(ratio), np.int8)
    found = []
    for place, grouping in enumerate(groupings):
        mine = usable & (grouping.of >= 0)
        of, size = grouping.of[mine], len(grouping.groups)
        clients = np.bincount(of, minlength=size)
        off = np.bincount(of[far[mine]], minlength=size)
        # Most, and not by chance: two standard deviations of tossed coins above half.
        most = np.maximum(MOST * clients, clients / 2.0 + np.sqrt(clients))
        for at in np.flatnonzero((clients >= ENOUGH) & (off >= most)):
            size_of = float(np.median(ratio[mine][of == at]))
            found.append((grouping.groups[at], size_of, int(clients[at]), int(off[at])))
            further = (grouping.of == at) & ((size_of < factor) if falls else (size_of > factor))
            factor[further], by[further] = size_of, place
    return found, Shares(factor, by)
