"""What is left of the clients that passed a preset, once what their groups did together is taken out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detector.comparisons.readings import PAYMENTS, TURNOVER, Bools, Floats, yearly_effect
from detector.comparisons.sums import Ints
from detector.comparisons.windows import pairs
from detector.groups import Group
from detector.policies.limits import DIRECTIONS, GRADES, Grades, Limits
from detector.quiet.common_movement import CommonMovements
from detector.quiet.rests import left_aside, rests_in, topped_up
from detector.quiet.surroundings import Grouping, Surroundings
from detector.verdicts import Passed
from schemas.verdicts import Common, Direction
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class _GroupContext:
    """What the k clients that passed are judged with. `at_rest`: bool (LONGEST, k), as in CommonMovements.

    `shift`: weeks that the quarter a year ago is moved by.
    """

    passed: Passed
    common: CommonMovements
    groupings: tuple[Grouping, ...]
    at_rest: Bools
    limits: Limits
    shift: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """One comparison of the k clients. `effect_minor`: what is left a year; `weeks`: of rest; `factor`,
    `by`: as in common_movement.Shares.
    """

    ratio: Floats
    effect_minor: Floats
    weeks: Ints
    factor: Floats
    by: Grades

    @property
    def has_common(self) -> Bools:
        """True where there was anything common."""
        found: Bools = (self.weeks > 0) | (self.factor != 1.0)
        return found


def correct_for_groups(
    passed: Passed, common: CommonMovements, around: Surroundings, limits: Limits, week: Week
) -> Passed:
    """`passed` with its grades lowered to what the client did apart from its group; never raised."""
    if not around.groupings or not len(passed.at):
        return passed
    mine = tuple(Grouping(grouping.groups, grouping.of[passed.at]) for grouping in around.groupings)
    shift = around.festivals.shift(week)
    context = _GroupContext(passed, common, mine, common.at_rest[:, passed.at], limits, shift)
    grade, judged_pct = passed.grade.copy(), np.full(passed.grade.shape, np.nan)
    together: dict[tuple[int, int], Common] = {}
    worst = passed.grade.max(axis=(1, 2))
    for way, which, series in np.argwhere(passed.grade.any(axis=3)):
        own = passed.grade[way, which, series]
        judged = _judge(context, int(way), int(which), int(series))
        at = np.flatnonzero(judged.has_common & (own > 0))
        percent = ((judged.ratio - 1.0) * 100.0)[at]
        limit = limits.percent[passed.tier[at], way, :, which, series]
        matters = judged.effect_minor[at] >= limits.minimum_effect_minor[passed.tier[at]]
        left = np.where(matters, _grade(percent, limit, DIRECTIONS[way]), np.int8(0))
        grade[way, which, series, at] = np.minimum(left, own[at])
        judged_pct[way, which, series, at] = percent
        for k in at[own[at] == worst[way, at]].tolist():
            together.setdefault((int(way), k), _common_of(judged, context, k))
    return replace(passed, grade=grade, preset_grade=passed.grade, judged_pct=judged_pct, together=together)


def _judge(context: _GroupContext, way: int, which: int, series: int) -> _Judged:
    """1. What is left beside the group. 2. Weeks of rest are topped up; of a fall whose other weeks pass a preset
    by themselves they are left aside instead: what has lasted is judged on what came in those.
    """
    pair, direction, readings = pairs(context.shift)[which], DIRECTIONS[way], context.passed.readings
    actual = readings.actual_sum[which, series] / pair.actual.weeks
    expected = readings.expected_sum[which, series] / pair.expected.weeks
    expected = np.where(expected > 0.0, expected, 1.0)  # without an expectation there is no grade either
    share = context.common.shares.get((way, which, series))
    factor = np.ones(len(actual)) if share is None else share.factor[context.passed.at]
    by = np.zeros(len(actual), np.int8) if share is None else share.by[context.passed.at]
    weeks, ratio = rests_in(context.at_rest, pair, direction).sum(axis=0), actual / expected
    others, ratio = left_aside(ratio, pair, direction, weeks), topped_up(ratio, pair, direction, weeks)
    if direction is Direction.FALL:
        weakest = context.limits.percent[context.passed.tier, way, :, which, series].max(axis=1)
        lasts = (_against_group(others, factor, direction) - 1.0) * 100.0 <= weakest
        ratio = np.where(lasts, np.minimum(others, ratio), ratio)
    left = _against_group(ratio, factor, direction)
    money = expected if series != PAYMENTS else readings.expected_sum[which, TURNOVER] / pair.expected.weeks
    return _Judged(left, yearly_effect(ratio * money, money * factor), weeks, factor, by)


def _against_group(ratio: Floats, factor: Floats, direction: Direction) -> Floats:
    """`ratio` against that of the group's median client, never on the other side of one: a group of whose median
    client nothing is left explains every fall.
    """
    beside = np.divide(ratio, factor, out=np.ones(len(ratio)), where=factor > 0.0)
    return np.minimum(beside, 1.0) if direction is Direction.FALL else np.maximum(beside, 1.0)


def _grade(percent: Floats, limit: Floats, direction: Direction) -> Grades:
    """int8 (m,); `limit`: (m, grade of GRADES)."""
    grade = np.zeros(len(percent), np.int8)
    for place, value in enumerate(GRADES):
        at = limit[:, place]
        grade[percent <= at if direction is Direction.FALL else percent >= at] = value
    return grade


def _common_of(judged: _Judged, context: _GroupContext, k: int) -> Common:
    if judged.factor[k] != 1.0:
        place = context.groupings[judged.by[k]]
        group = place.groups[place.of[k]]
    else:
        group = _rested(context, k)
    return Common(group.kind, group.name, round(float(judged.factor[k] - 1.0) * 100.0, 1), int(judged.weeks[k]))


def _rested(context: _GroupContext, k: int) -> Group:
    """Of the groups of a client, the first kind that rested in the newest week of rest."""
    own = [grouping.groups[grouping.of[k]] for grouping in context.groupings if grouping.of[k] >= 0]
    newest = max(at for at, groups in context.common.quiet_weeks.items() if groups.intersection(own))
    rested = context.common.quiet_weeks[newest]
    group: Group = next(group for group in own if group in rested)
    return group
