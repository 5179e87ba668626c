"""What a year under a policy would have meant for the branches: alerts, alarms and hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casework.policies.course import Course, Events
from casework.policies.episode_columns import AlertNews
from casework.policies.fading import Faded
from casework.policies.leavers import Caught
from casework.policies.staff_hours import StaffHours
from schemas.verdicts import Grade
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class Load:
    """Of the weeks [first, first + weeks): how often alerts came up. An alarm is one that came up as such or was
    raised to it; `reopened` of the alerts had been there before; `episodes` are distinct. `waited` had no room in
    their branch's week when they would have come up; they count when they do.
    """

    first: Week
    weeks: int
    branches: int
    alerts: int
    alarms: int
    episodes: int
    reopened: int
    falls: int
    busiest_branch_week: int
    hours: float
    alerts_by_week: tuple[int, ...]
    alarms_by_week: tuple[int, ...]
    waited: int = 0

    @property
    def branch_weeks(self) -> int:
        return max(1, self.branches * self.weeks)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a preview says of one policy. `scores_from`: the week from which on learned scores are in it,
    as they were judged; None where they are not. Copies that fade have none.
    """

    load: Load
    leavers: Caught
    faded: Faded
    scores_from: Week | None = None


def load_of(
    course: Course, first: Week, weeks: int, branch: npt.NDArray[np.intp], branches: int, hours: StaffHours
) -> Load:
    """The load of some of a course's weeks. `branch`: place of each client's branch, intp (n,)."""
    events = _within(course.events, first, first + weeks)
    new = (events.why == AlertNews.OPENED) | (events.why == AlertNews.REOPENED)
    alarm = (events.grade == Grade.ALARM) & (events.why != AlertNews.WAITED)
    at = events.week - first
    of_branch = branch[events.client] * weeks + at
    busiest = np.bincount(of_branch[new], minlength=1).max(initial=0)
    prompts, alarms = int((new & ~alarm).sum()), int(alarm.sum())
    return Load(
        first=first,
        weeks=weeks,
        branches=branches,
        alerts=int(new.sum()),
        alarms=alarms,
        episodes=int((events.why == AlertNews.OPENED).sum()),
        reopened=int((events.why == AlertNews.REOPENED).sum()),
        falls=int((new & (events.way == 0)).sum()),
        busiest_branch_week=int(busiest),
        hours=prompts * hours.a_prompt + alarms * hours.an_alarm,
        alerts_by_week=tuple(np.bincount(at[new], minlength=weeks).tolist()),
        alarms_by_week=tuple(np.bincount(at[alarm], minlength=weeks).tolist()),
        waited=int((events.why == AlertNews.WAITED).sum()),
    )


def _within(events: Events, first: int, end: int) -> Events:
    inside = (events.week >= first) & (events.week < end)
    return Events(
        week=events.week[inside],
        way=events.way[inside],
        client=events.client[inside],
        why=events.why[inside],
        grade=events.grade[inside],
    )
