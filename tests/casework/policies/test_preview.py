"""The columns raise what the episodes raise, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.alerts.actions import close
from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.judging import Key, judge_week
from casework.policies.preview import Came, Course, run
from schemas.verdicts import Direction, Grade, Verdict
from schemas.weeks import Week

W = 2900
WAYS = (Direction.FALL, Direction.RISE)
RULES = st.builds(
    EpisodeRules,
    quiet_weeks_to_recover=st.integers(1, 5),
    reopen_weeks=st.integers(0, 8),
    rest_weeks=st.integers(0, 8),
)
Told = tuple[int, int, int, int, int]


@dataclass
class OneByOne:
    """Judges episode by episode, and closes alarms that have recovered as people do."""

    rules: EpisodeRules
    current: dict[Key, Episode] = field(default_factory=dict)
    closed: dict[Key, Episode] = field(default_factory=dict)
    back: dict[Key, bool] = field(default_factory=dict)
    since: dict[Key, int] = field(default_factory=dict)
    came: set[Told] = field(default_factory=set)

    def judge(self, week: Week, grades: np.ndarray, held: np.ndarray) -> None:
        verdicts = [
            Verdict(str(client), week, WAYS[way], Grade(int(grades[way, client])), (), 0, "p-1", 1)
            for way, client in np.argwhere(grades)
        ]
        waiting = {str(client) for client in np.flatnonzero(held)}
        for after in judge_week(self.current, self.closed, verdicts, week, self.rules, waiting):
            self._keep(week, after)
        for key, episode in list(self.current.items()):
            if episode.recovered_week is not None:
                self.closed[key] = close(self.current.pop(key), "true_decline", None)

    def _keep(self, week: Week, after: Episode) -> None:
        key = (after.client_id, after.direction)
        before = self.current.pop(key, None)
        if before is None and after.state != "closed":
            self.back[key] = key in self.closed and self.closed[key].alert_id == after.alert_id
        (self.closed if after.state == "closed" else self.current)[key] = after
        why = _why(before, after, back=self.back.get(key, False))
        if why is not None:
            self.came.add((week, WAYS.index(key[1]), int(key[0]), why, after.grade))
        if why in (Came.OPENED, Came.REOPENED):
            self.since[key] = week

    def standing(self, clients: int) -> list[int]:
        """The week since which each client's alert about a fall stands; -1 where none does."""
        keys = [(str(client), Direction.FALL) for client in range(clients)]
        seen = [key in self.current and self.current[key].state == "open" for key in keys]
        return [self.since[key] if stands else -1 for key, stands in zip(keys, seen, strict=True)]


def _why(before: Episode | None, after: Episode, *, back: bool) -> Came | None:
    if after.state != "open":
        return None
    if before is None or before.state == "suppressed":
        return Came.REOPENED if back else Came.OPENED
    return Came.RAISED if after.grade > before.grade else None


@dataclass
class Judged:
    """A week of grades of falls that are all worth the same."""

    week: Week
    grade: np.ndarray

    @property
    def value_at_risk_minor(self) -> np.ndarray:
        return np.zeros(self.grade.shape[1], np.int64)

    @property
    def chance(self) -> np.ndarray:
        return np.full(self.grade.shape[1], np.nan)


def in_columns(grades: np.ndarray, rules: EpisodeRules, held: np.ndarray | None = None) -> Course:
    weeks = (Judged(Week(W + at), week.astype(np.int8)) for at, week in enumerate(grades))
    waiting = (lambda _: None) if held is None else (lambda week: held[week - W])
    return run(weeks, grades.shape[2], rules, np.arange(grades.shape[2]), waiting)


@given(seed=st.integers(0, 2**32), rules=RULES)
@settings(max_examples=60, deadline=None)
def test_columns_agree_with_judging_one_by_one(seed: int, rules: EpisodeRules) -> None:
    draw = np.random.default_rng(seed)
    busy = draw.uniform(0.1, 0.7)
    spells = np.repeat(draw.random((20, 2, 6)) < busy, 3, axis=0)
    grades = np.where(spells, draw.choice([0, 1, 2], spells.shape, p=[0.2, 0.6, 0.2]), 0)
    held = np.repeat(draw.random((20, 6)) < draw.choice([0.0, 0.3]), 3, axis=0)
    oracle, standing = OneByOne(rules), []
    for at, week in enumerate(grades):
        oracle.judge(Week(W + at), week, held[at])
        standing.append(oracle.standing(6))
    course = in_columns(grades, rules, held)
    events = course.events
    columns = (events.week, events.way, events.client, events.why, events.grade)
    assert set(zip(*(column.tolist() for column in columns), strict=True)) == oracle.came
    assert course.standing_since.tolist() == standing


def test_an_alert_that_comes_back_within_the_reopen_window_is_the_same_one() -> None:
    grades = np.zeros((12, 2, 1))
    grades[[0, 7], 0, 0] = 1
    why = in_columns(grades, EpisodeRules(4, 5, 4)).events.why.tolist()
    assert why == [Came.OPENED, Came.REOPENED]


def test_no_weeks_raise_nothing() -> None:
    course = in_columns(np.zeros((0, 2, 3)), EpisodeRules())
    assert len(course.events.week) == 0
    assert course.standing_since.shape == (0, 3)
