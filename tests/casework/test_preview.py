"""The columns raise what the episodes raise, one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.actions import close
from casework.episodes import Episode, EpisodeRules
from casework.judging import Key, judge_week
from casework.preview import Came, Course, run
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


def one_by_one(grades: np.ndarray, rules: EpisodeRules) -> tuple[set[Told], np.ndarray]:
    """What judging episode by episode raises of grades (weeks, 2, n), and since when falls stand, (weeks, n)."""
    current: dict[Key, Episode] = {}
    closed: dict[Key, Episode] = {}
    came: set[Told] = set()
    since: dict[Key, int] = {}
    standing = np.full((len(grades), grades.shape[2]), -1)
    for at, week_grades in enumerate(grades):
        week = Week(W + at)
        verdicts = [
            Verdict(str(client), week, WAYS[way], Grade(int(week_grades[way, client])), (), 0, "p-1", 1)
            for way, client in np.argwhere(week_grades)
        ]
        for after in judge_week(current, closed, verdicts, week, rules):
            key = (after.client_id, after.direction)
            before = current.pop(key, None)
            if after.state != "closed":
                current[key] = after
            else:
                closed[key] = after
            why = _why(before, after, closed.get(key))
            if why is not None:
                came.add((week, WAYS.index(key[1]), int(key[0]), why, after.grade))
            if why in (Came.OPENED, Came.REOPENED):
                since[key] = week
        for key, episode in list(current.items()):  # people close alarms that have recovered
            if episode.recovered_week is not None:
                closed[key] = close(current.pop(key), "true_decline", None)
        for client_id, direction in current:
            if direction is Direction.FALL:
                standing[at, int(client_id)] = since[client_id, direction]
    return came, standing


def _why(before: Episode | None, after: Episode, closed: Episode | None) -> Came | None:
    if after.state == "closed":
        return None
    if before is None:
        again = closed is not None and closed.alert_id == after.alert_id
        return Came.REOPENED if again else Came.OPENED
    return Came.RAISED if after.grade > before.grade else None


def in_columns(grades: np.ndarray, rules: EpisodeRules) -> Course:
    weeks = ((Week(W + at), week.astype(np.int8)) for at, week in enumerate(grades))
    return run(weeks, grades.shape[2], rules, np.arange(grades.shape[2]))


@given(seed=st.integers(0, 2**32), rules=RULES)
@settings(max_examples=60, deadline=None)
def test_columns_agree_with_judging_one_by_one(seed: int, rules: EpisodeRules) -> None:
    draw = np.random.default_rng(seed)
    busy = draw.uniform(0.1, 0.7)
    spells = np.repeat(draw.random((20, 2, 6)) < busy, 3, axis=0)
    grades = np.where(spells, draw.choice([0, 1, 2], spells.shape, p=[0.2, 0.6, 0.2]), 0)
    came, standing = one_by_one(grades, rules)
    course = in_columns(grades, rules)
    events = course.events
    columns = (events.week, events.way, events.client, events.why, events.grade)
    assert set(zip(*(column.tolist() for column in columns), strict=True)) == came
    assert course.standing_since.tolist() == standing.tolist()


def test_an_alert_that_comes_back_within_the_reopen_window_is_the_same_one() -> None:
    grades = np.zeros((12, 2, 1))
    grades[[0, 7], 0, 0] = 1
    why = in_columns(grades, EpisodeRules(4, 5, 4)).events.why.tolist()
    assert why == [Came.OPENED, Came.REOPENED]


def test_no_weeks_raise_nothing() -> None:
    course = in_columns(np.zeros((0, 2, 3)), EpisodeRules())
    assert len(course.events.week) == 0
    assert course.standing_since.shape == (0, 3)
