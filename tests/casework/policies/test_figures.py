"""What a year of alerts means for the branches."""

from __future__ import annotations

import numpy as np

from casework.policies.course import Course, Events
from casework.policies.episode_columns import AlertNews
from casework.policies.figures import load_of
from casework.policies.staff_hours import StaffHours
from schemas.verdicts import Grade
from schemas.weeks import Week

P, A = Grade.PROMPT, Grade.ALARM
TOLD = [  # week, way, client, why, grade
    (9, 0, 0, AlertNews.OPENED, P),
    (10, 0, 0, AlertNews.RAISED, A),
    (10, 0, 1, AlertNews.OPENED, A),
    (10, 1, 2, AlertNews.OPENED, P),
    (11, 0, 2, AlertNews.REOPENED, P),
    (11, 0, 3, AlertNews.WAITED, A),
    (12, 0, 1, AlertNews.OPENED, P),
]
COLUMNS = [np.array(column) for column in zip(*TOLD, strict=True)]
COURSE = Course(Week(0), Events(*COLUMNS), np.zeros((13, 0), np.int32))
BRANCH = np.array([0, 1, 1, 0])


def test_alerts_are_counted_each_time_they_come_up_and_alarms_also_when_raised() -> None:
    load = load_of(COURSE, Week(10), 2, BRANCH, 4, StaffHours(1.0, 10.0))
    assert (load.alerts, load.alarms, load.episodes, load.reopened, load.falls) == (3, 2, 2, 1, 2)
    assert (load.alerts_by_week, load.alarms_by_week) == ((2, 1), (2, 0))
    assert load.hours == 2 * 1.0 + 2 * 10.0
    assert (load.branch_weeks, load.waited) == (8, 1)


def test_the_busiest_week_is_that_of_one_branch() -> None:
    assert load_of(COURSE, Week(10), 2, BRANCH, 2, StaffHours()).busiest_branch_week == 2
    assert load_of(COURSE, Week(10), 2, np.array([0, 1, 0, 0]), 2, StaffHours()).busiest_branch_week == 1


def test_weeks_without_alerts_are_all_zeros() -> None:
    load = load_of(COURSE, Week(40), 3, BRANCH, 2, StaffHours())
    assert (load.alerts, load.busiest_branch_week, load.alerts_by_week) == (0, 0, (0, 0, 0))
