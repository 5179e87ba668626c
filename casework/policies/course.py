"""What a year of verdicts would have raised: the alert state machine of a whole bank at once, in columns.

Two things people do are assumed, for the rest nobody knows what they would have done: nobody touches a prompt, and
an alarm is closed by a person in the week in which it has recovered. What the calendar holds back comes up when it
is let out, and what has no room in its branch's week when it has. See docs/decisions/0022-policies.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from casework.alerts.episodes import EpisodeRules
from casework.policies.episode_columns import FALL, Bools, Episodes, GradedWeek, Grades, Ints32
from casework.policies.queue import Capacity, Queue
from schemas.weeks import Week


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


def run_course(
    weeks: Iterable[GradedWeek],
    clients: int,
    rules: EpisodeRules,
    watched: npt.NDArray[np.intp],
    held: Callable[[Week], Bools | None] = lambda _: None,
    capacity: Capacity | None = None,
) -> Course:
    """Judge weeks in order. `watched`: places of the clients whose standing alerts are to be kept week by week.

    `held`: whom the calendar holds back in a week, (n,); None for nobody. `capacity`: of branches; None: no limit.
    """
    episodes = Episodes(clients, rules)
    queue = None if capacity is None else Queue(capacity)
    columns: list[list[npt.NDArray[Any]]] = []
    standing: list[Ints32] = []
    first: Week | None = None
    for each in weeks:
        week = each.week
        first = week if first is None else first
        limited = capacity is not None and week >= capacity.since
        came = episodes.judge(week, each.grade, held(week), defer=limited)
        if queue is not None and limited:
            came += queue.admit(episodes, each)
        for why, where in came:
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
