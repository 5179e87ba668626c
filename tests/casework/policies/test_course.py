"""The columns raise what the episodes raise, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.alerts.actions import close
from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.income import Margins
from casework.alerts.judging import Key, judge_week
from casework.policies.course import Course, run_course
from casework.policies.episode_columns import AlertNews
from casework.policies.queue import Capacity
from casework.quiet.budget import Waiting, alert_worth, choose_admitted
from schemas.verdicts import Direction, Grade, Verdict
from schemas.weeks import Week

W = 2900
WAYS = (Direction.FALL, Direction.RISE)
RULES = st.builds(
    EpisodeRules,
    quiet_weeks_to_recover=st.integers(1, 5),
    reopen_weeks=st.integers(0, 8),
    rest_weeks=st.integers(0, 8),
    quiet_weeks_to_end=st.integers(1, 9),
)
ALL_IS_INCOME = Margins(10_000)  # so that every unit counts
BRANCHES = ["B1", "B1", "B1", "B1", "B2", "B2"]  # of six clients
Told = tuple[int, int, int, int, int]


@dataclass
class Judged:
    """A week of grades. `value_at_risk_minor`: of falls."""

    week: Week
    grade: np.ndarray
    value_at_risk_minor: np.ndarray

    @property
    def chance(self) -> np.ndarray:
        return np.full(self.grade.shape[1], np.nan)


@dataclass
class OneByOne:
    """Judges episode by episode, lets in as follow-up does, and closes alarms that have recovered as people do."""

    rules: EpisodeRules
    room: int = 0
    current: dict[Key, Episode] = field(default_factory=dict)
    closed: dict[Key, Episode] = field(default_factory=dict)
    back: dict[Key, bool] = field(default_factory=dict)
    since: dict[Key, int] = field(default_factory=dict)
    came: set[Told] = field(default_factory=set)

    def judge(self, week: Judged, held: np.ndarray) -> None:
        verdicts = [
            Verdict(str(client), week.week, WAYS[way], Grade(int(week.grade[way, client])), (), value, "p-1", 1)
            for way, client in np.argwhere(week.grade)
            for value in [0 if way else int(week.value_at_risk_minor[client])]
        ]
        waiting = {str(client) for client in np.flatnonzero(held)}
        shown = {key: _shown(episode) for key, episode in self.current.items()}
        for after in judge_week(self.current, self.closed, verdicts, week.week, self.rules, waiting):
            new = after.revision == 1 and self.room > 0
            self._keep(week.week, replace(after, deferred=True) if new else after)
        before = dict(self.current)
        if self.room:
            self._let_in()
        for key, episode in self.current.items():
            if episode.deferred and episode.state == "open" and not before[key].touched:
                came_up = key not in shown or shown[key] == "suppressed"
                if came_up:
                    self.came.add((week.week, WAYS.index(key[1]), int(key[0]), AlertNews.WAITED, episode.grade))
            elif before[key].deferred and not episode.deferred:
                why = AlertNews.REOPENED if self.back[key] else AlertNews.OPENED
                self.came.add((week.week, WAYS.index(key[1]), int(key[0]), why, episode.grade))
                self.since[key] = week.week
        for key, episode in list(self.current.items()):
            seen = episode.grade is Grade.ALARM and _shown(episode) == "open"
            if episode.recovered_week is not None and seen:
                self.closed[key] = close(self.current.pop(key), "true_decline", None)

    def _let_in(self) -> None:
        open_ones = {e.alert_id: key for key, e in self.current.items() if e.deferred and e.state == "open"}
        line = [
            Waiting(alert_id, BRANCHES[int(key[0])], _worth(self.current[key]))
            for alert_id, key in open_ones.items()
        ]
        for alert_id in choose_admitted(line, {}, self.room):
            key = open_ones[alert_id]
            self.current[key] = replace(self.current[key], deferred=False)

    def _keep(self, week: Week, after: Episode) -> None:
        key = (after.client_id, after.direction)
        before = self.current.pop(key, None)
        if before is None and after.state != "closed":
            self.back[key] = key in self.closed and self.closed[key].alert_id == after.alert_id
        (self.closed if after.state == "closed" else self.current)[key] = after
        why = None if after.deferred else _why(before, after, back=self.back.get(key, False))
        if why is not None:
            self.came.add((week, WAYS.index(key[1]), int(key[0]), why, after.grade))
        if why in (AlertNews.OPENED, AlertNews.REOPENED):
            self.since[key] = week

    def standing(self, clients: int) -> list[int]:
        """The week since which each client's alert about a fall stands; -1 where none does."""
        keys = [(str(client), Direction.FALL) for client in range(clients)]
        seen = [key in self.current and _shown(self.current[key]) == "open" for key in keys]
        return [self.since[key] if stands else -1 for key, stands in zip(keys, seen, strict=True)]


def _worth(episode: Episode) -> int:
    return alert_worth(ALL_IS_INCOME.income_minor(episode.value_at_risk_minor, "A"))


def _shown(episode: Episode) -> str:
    return "waits" if episode.deferred and episode.state == "open" else episode.state


def _why(before: Episode | None, after: Episode, *, back: bool) -> AlertNews | None:
    if after.state != "open":
        return None
    if before is None or before.state == "suppressed":
        return AlertNews.REOPENED if back else AlertNews.OPENED
    return AlertNews.RAISED if after.grade > before.grade else None


def weeks_of(grades: np.ndarray) -> list[Judged]:
    """Every fall of every week is worth something else."""
    weeks, _, clients = grades.shape
    values = np.random.default_rng(1).permutation(weeks * clients).reshape(weeks, clients) // 3  # some are alike
    return [Judged(Week(W + at), week.astype(np.int8), values[at]) for at, week in enumerate(grades)]


def in_columns(grades: np.ndarray, rules: EpisodeRules, held: np.ndarray | None = None, room: int = 0) -> Course:
    clients = grades.shape[2]
    waiting = (lambda _: None) if held is None else (lambda week: held[week - W])
    ids, tiers = [str(at) for at in range(clients)], ["A"] * clients
    capacity = Capacity(room, W, ids, BRANCHES[:clients], tiers, ALL_IS_INCOME) if room else None
    return run_course(weeks_of(grades), clients, rules, np.arange(clients), waiting, capacity)


@given(seed=st.integers(0, 2**32), rules=RULES, room=st.sampled_from([0, 0, 1, 2]))
@settings(max_examples=60, deadline=None)
def test_columns_agree_with_judging_one_by_one(seed: int, rules: EpisodeRules, room: int) -> None:
    draw = np.random.default_rng(seed)
    busy = draw.uniform(0.1, 0.7)
    spells = np.repeat(draw.random((20, 2, 6)) < busy, 3, axis=0)
    grades = np.where(spells, draw.choice([0, 1, 2], spells.shape, p=[0.2, 0.6, 0.2]), 0)
    held = np.repeat(draw.random((20, 6)) < draw.choice([0.0, 0.3]), 3, axis=0)
    oracle, standing = OneByOne(rules, room), []
    for at, week in enumerate(weeks_of(grades)):
        oracle.judge(week, held[at])
        standing.append(oracle.standing(6))
    course = in_columns(grades, rules, held, room)
    events = course.events
    columns = (events.week, events.way, events.client, events.why, events.grade)
    assert set(zip(*(column.tolist() for column in columns), strict=True)) == oracle.came
    assert course.standing_since.tolist() == standing


def test_a_branch_sees_as_many_as_it_has_room_for_the_worthiest_first() -> None:
    grades = np.zeros((3, 2, 6))
    grades[:, 0, :4] = 1  # four of the first branch at once
    events = in_columns(grades, EpisodeRules(), room=2).events
    came = [(int(w), int(c), AlertNews(y)) for w, c, y in zip(events.week, events.client, events.why, strict=True)]
    opened = {
        week: [c for w, c, why in came if w == week and why is AlertNews.OPENED] for week in (W, W + 1, W + 2)
    }
    assert [len(each) for each in opened.values()] == [2, 2, 0]
    values = weeks_of(grades)[0].value_at_risk_minor
    assert min(values[opened[W]]) >= max(values[opened[W + 1]])
    assert sorted(c for _, c, why in came if why is AlertNews.WAITED) == sorted(opened[W + 1])


def test_an_alert_that_comes_back_within_the_reopen_window_is_the_same_one() -> None:
    grades = np.zeros((12, 2, 1))
    grades[[0, 7], 0, 0] = 1
    why = in_columns(grades, EpisodeRules(4, 5, 4, quiet_weeks_to_end=4)).events.why.tolist()
    assert why == [AlertNews.OPENED, AlertNews.REOPENED]


def test_no_weeks_raise_nothing() -> None:
    course = in_columns(np.zeros((0, 2, 3)), EpisodeRules())
    assert len(course.events.week) == 0
    assert course.standing_since.shape == (0, 3)
