"""The alert state machine of a whole bank at once, in columns: what a year of verdicts would have raised.

It agrees with casework.alerts.judging one by one (tests/casework/policies/test_preview.py). Two things people do
are assumed, for the rest nobody knows what they would have done: nobody touches a prompt, and an alarm is closed
by a person in the week in which it has recovered. What the calendar holds back comes up when it is let out. See
docs/decisions/0022-policies.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from casework.alerts.episodes import EpisodeRules
from schemas.verdicts import Grade
from schemas.weeks import Week

Bools = npt.NDArray[np.bool_]
Grades = npt.NDArray[np.int8]
Ints32 = npt.NDArray[np.int32]
_LONG_AGO = np.int32(-(2**30))  # further back than any rule reaches, and no overflow when subtracted
FALL = 0  # row of falls in every array of two directions


class GradedWeek(Protocol):
    """A week of n clients, judged. `grade`: int8 (2, n). Of falls: `value_at_risk_minor`, int64 (n,), and `chance`,
    float64 (n,), that the client is leaving; NaN where it is not known.
    """

    @property
    def week(self) -> Week: ...
    @property
    def grade(self) -> Grades: ...
    @property
    def value_at_risk_minor(self) -> npt.NDArray[np.int64]: ...
    @property
    def chance(self) -> npt.NDArray[np.float64]: ...


class Came(IntEnum):
    """Why an alert came up."""

    OPENED = 0
    REOPENED = 1
    RAISED = 2  # a prompt that became an alarm


@dataclass(frozen=True, slots=True)
class Events:
    """Every time an alert came up, parallel columns: week, direction (0 fall, 1 rise), client, why, grade then."""

    week: Ints32
    way: Ints32
    client: Ints32
    why: Grades
    grade: Grades


@dataclass(frozen=True, slots=True)
class Course:
    """What a replay raised. `standing_since`: int32 (weeks, watched), the week in which the alert about a fall that
    stands at the end of a week came up; -1 where none stands.
    """

    first: Week
    events: Events
    standing_since: Ints32


class Episodes:
    """The episodes of n clients in both directions: arrays (2, n), of the episode that is open or was the last."""

    __slots__ = ("_rules", "back", "ended", "grade", "last", "open", "since", "touched", "waits")

    def __init__(self, clients: int, rules: EpisodeRules) -> None:
        shape = (2, clients)
        self._rules = rules
        self.open: Bools = np.zeros(shape, np.bool_)
        self.grade: Grades = np.zeros(shape, np.int8)
        self.last: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # week with evidence
        self.since: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # week it came up: opened or reopened
        self.ended: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # week it recovered
        self.touched: Bools = np.zeros(shape, np.bool_)  # a person closed it
        self.waits: Bools = np.zeros(shape, np.bool_)  # the calendar holds it back
        self.back: Bools = np.zeros(shape, np.bool_)  # it began again

    @property
    def stand(self) -> Bools:
        """Those that somebody can see."""
        return self.open & ~self.waits

    def judge(self, week: int, grade: Grades, held: Bools | None = None) -> list[tuple[Came, Bools]]:
        """Take a week's grades, int8 (2, n): what came up, and where. `held`: (n,), whom the calendar holds back.

        1. Open ones take evidence, rise, and are let out. 2. Open ones without it recover. 3. The rest begin, or
        begin again.
        """
        passed = grade > 0
        free = np.ones(grade.shape[1], np.bool_) if held is None else ~held
        again = self.open & passed
        let_out = again & self.waits & free
        raised = again & ~self.waits & (grade == Grade.ALARM) & (self.grade == Grade.PROMPT)
        recovered = self.open & ~passed & (week - self.last >= self._rules.quiet_weeks_to_recover)
        begun = passed & ~self.open & ~self._at_rest(week, grade)
        reopened = begun & ~self.touched & (week - self.ended <= self._rules.reopen_weeks)
        opened = begun & ~reopened
        self.grade[opened] = grade[opened]
        np.maximum(self.grade, grade, out=self.grade, where=again | reopened)
        self.ended[recovered] = self.last[recovered] + self._rules.quiet_weeks_to_recover
        self.touched[recovered] = (self.grade == Grade.ALARM)[recovered] & ~self.waits[recovered]
        self.touched[opened] = False
        self.last[again | begun] = week
        self.open = (self.open & ~recovered) | begun
        self.back = (self.back & ~opened) | reopened
        self.waits = (self.waits & ~let_out & ~begun) | (begun & ~free)
        shown = let_out | (begun & free)
        self.since[shown] = week
        return [(Came.OPENED, shown & ~self.back), (Came.REOPENED, shown & self.back), (Came.RAISED, raised)]

    def _at_rest(self, week: int, grade: Grades) -> Bools:
        rests: Bools = self.touched & (grade <= self.grade) & (week - self.last <= self._rules.rest_weeks)
        return rests


def run(
    weeks: Iterable[GradedWeek],
    clients: int,
    rules: EpisodeRules,
    watched: npt.NDArray[np.intp],
    held: Callable[[Week], Bools | None] = lambda _: None,
) -> Course:
    """Judge weeks in order. `watched`: places of the clients whose standing alerts are to be kept week by week.

    `held`: whom the calendar holds back in a week, (n,); None for nobody.
    """
    episodes = Episodes(clients, rules)
    columns: list[list[npt.NDArray[Any]]] = []
    standing: list[Ints32] = []
    first: Week | None = None
    for each in weeks:
        week = each.week
        first = week if first is None else first
        for why, where in episodes.judge(week, each.grade, held(week)):
            way, client = np.nonzero(where)
            columns.append([_filled(week, way), way, client, _filled(why, way), episodes.grade[way, client]])
        falls = episodes.stand[FALL, watched]
        standing.append(np.where(falls, episodes.since[FALL, watched], np.int32(-1)))
    kinds = (np.int32, np.int32, np.int32, np.int8, np.int8)
    joined = [
        np.concatenate([np.zeros(0, kind), *(part[at].astype(kind) for part in columns)])
        for at, kind in enumerate(kinds)
    ]
    since = np.stack(standing) if standing else np.zeros((0, len(watched)), np.int32)
    return Course(Week(0) if first is None else first, Events(*joined), since)


def _filled(value: int, like: npt.NDArray[np.intp]) -> Ints32:
    return np.full(len(like), value, np.int32)
