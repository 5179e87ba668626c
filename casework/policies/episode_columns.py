"""The episodes of a whole bank in columns: the alert state machine, one week for all clients at once.

It agrees with casework.alerts.judging one by one (tests/casework/policies/test_preview.py).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol

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


class AlertNews(IntEnum):
    """Why an alert came up."""

    OPENED = 0
    REOPENED = 1
    RAISED = 2  # a prompt that became an alarm
    WAITED = 3  # it did not: its branch's week had no room


class Episodes:
    """The episodes of n clients in both directions: arrays (2, n), of the episode that is open or was the last."""

    __slots__ = (
        "_ends", "_rules", "back", "deferred", "ended", "grade", "last", "open", "opened", "since", "touched", "up",
        "waits",
    )  # fmt: skip

    def __init__(self, clients: int, rules: EpisodeRules) -> None:
        shape = (2, clients)
        self._rules = rules
        self._ends = np.array([[rules.quiet_weeks_to_end], [rules.quiet_weeks_to_recover]], np.int32)  # fall, rise
        self.open: Bools = np.zeros(shape, np.bool_)
        self.grade: Grades = np.zeros(shape, np.int8)
        self.last: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # week with evidence
        self.since: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # week it came up: opened or reopened
        self.ended: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # by when it had recovered
        self.touched: Bools = np.zeros(shape, np.bool_)  # a person closed it
        self.waits: Bools = np.zeros(shape, np.bool_)  # the calendar holds it back
        self.back: Bools = np.zeros(shape, np.bool_)  # it began again
        self.opened: Ints32 = np.full(shape, _LONG_AGO, np.int32)  # first week with evidence
        self.deferred: Bools = np.zeros(shape, np.bool_)  # new, and not yet let in by its branch's capacity
        self.up: Bools = np.zeros(shape, np.bool_)  # would have come up this week, had it been let in

    @property
    def stand(self) -> Bools:
        """Those that somebody can see."""
        return self.open & ~self.waits & ~self.deferred

    @property
    def in_line(self) -> Bools:
        """Those that wait for room alone."""
        return self.open & ~self.waits & self.deferred

    def judge(
        self, week: int, grade: Grades, held: Bools | None = None, *, defer: bool = False
    ) -> list[tuple[AlertNews, Bools]]:
        """Take a week's grades, int8 (2, n): what came up, and where. `held`: (n,), whom the calendar holds back.
        `defer`: what is new waits until it is let in.

        1. Open ones take evidence, rise, and are let out. 2. Open ones without it end. 3. The rest begin, or begin
        again.
        """
        passed = grade > 0
        free = np.ones(grade.shape[1], np.bool_) if held is None else ~held
        again = self.open & passed
        let_out = again & self.waits & free
        raised = again & ~self.waits & ~self.deferred & (grade == Grade.ALARM) & (self.grade == Grade.PROMPT)
        over = self._quiet(week) & (week - self.last >= self._ends)
        seen_alarm = self.stand & (self.grade == Grade.ALARM) & ~over  # somebody closes it as soon as it is quiet
        recovered = self.open & ~passed & (over | (seen_alarm & self._quiet(week)))
        begun = passed & ~self.open & ~self._at_rest(week, grade)
        reopened = begun & ~self.touched & (week - self.ended <= self._rules.reopen_weeks)
        opened = begun & ~reopened
        self.grade[opened] = grade[opened]
        np.maximum(self.grade, grade, out=self.grade, where=again | reopened)
        self.ended[recovered] = self.last[recovered] + self._rules.quiet_weeks_to_recover
        self.touched[recovered] = seen_alarm[recovered]
        self.touched[opened] = False
        self.deferred[opened] = defer
        self.opened[opened] = week
        self.last[again | begun] = week
        self.open = (self.open & ~recovered) | begun
        self.back = (self.back & ~opened) | reopened
        self.waits = (self.waits & ~let_out & ~begun) | (begun & ~free)
        comes_up = let_out | (begun & free)
        shown, self.up = comes_up & ~self.deferred, comes_up & self.deferred
        self.since[shown] = week
        return [
            (AlertNews.OPENED, shown & ~self.back),
            (AlertNews.REOPENED, shown & self.back),
            (AlertNews.RAISED, raised),
        ]

    def admit(self, week: int, admitted: Bools) -> list[tuple[AlertNews, Bools]]:
        """Let in some of those in line, after a week was judged. Who sees an alarm that has recovered closes it."""
        self.deferred &= ~admitted
        self.since[admitted] = week
        over = admitted & (self.grade == Grade.ALARM) & self._quiet(week)
        self.ended[over] = self.last[over] + self._rules.quiet_weeks_to_recover
        self.touched[over] = True
        self.open &= ~over
        return [(AlertNews.OPENED, admitted & ~self.back), (AlertNews.REOPENED, admitted & self.back)]

    def _quiet(self, week: int) -> Bools:
        quiet: Bools = week - self.last >= self._rules.quiet_weeks_to_recover
        return quiet

    def _at_rest(self, week: int, grade: Grades) -> Bools:
        rests: Bools = self.touched & (grade <= self.grade) & (week - self.last <= self._rules.rest_weeks)
        return rests
