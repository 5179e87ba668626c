"""A week says something only of a client that has something in nearly every week.

A client that is paid every four weeks is silent in three of four; that a week is silent, or holds four weeks' pay,
is its rhythm. Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detector.comparisons.readings import Bools
from detector.comparisons.sums import Ints
from detector.comparisons.windows import PAIRS
from detector.ids import Rows
from detector.state import MONEY, Memory
from detector.verdicts import Passed
from schemas.weeks import Week

HABIT_WEEKS = 52  # a year: every season once
UNUSUAL = 0.1  # share of silent weeks up to which another one is news
_WEEKLY = [which for which, pair in enumerate(PAIRS) if pair.actual.weeks == 1]


def in_rhythm(passed: Passed, memory: Memory, week: Week, rows: Rows) -> Passed:
    """`passed` without the comparisons of a single week that the client's own rhythm makes meaningless, by series.

    `rows`: of all the week's clients.
    """
    weekly = np.flatnonzero(passed.grade[:, _WEEKLY].any(axis=(0, 1, 2)))
    if not len(weekly):
        return passed
    own = memory.weekly(week, rows[passed.at[weekly]])[:, MONEY]
    turnover = own.sum(axis=1, keepdims=True)
    volumes = np.concatenate([own, turnover, turnover], axis=1)  # a week with money has payments
    usual = steady(volumes, passed.readings.seen[weekly])
    grade = passed.grade.copy()
    for which in _WEEKLY:
        grade[:, which][:, :, weekly] *= usual
    return replace(passed, grade=grade)


def steady(volumes: Ints, seen: Ints) -> Bools:
    """bool (series, n): a silent week is unusual. `volumes`: int64 (LONGEST, series, n), by weeks back.

    Over the up to 52 weeks before the one judged. A week of either kind is added, so that eight weeks without a
    silent one are enough, and fewer are not.
    """
    lived = np.minimum(seen - 1, HABIT_WEEKS)
    counts = (np.arange(1, HABIT_WEEKS + 1)[:, None] <= lived)[:, None, :]
    return is_unusual(((volumes[1 : HABIT_WEEKS + 1] == 0) & counts).sum(axis=0), lived)


def is_unusual(silent: Ints, lived: Ints) -> Bools:
    """Whether another silent week is news, where `silent` of the `lived` weeks before were."""
    found: Bools = (silent + 1.0) / (lived + 2.0) <= UNUSUAL + 1e-9
    return found
