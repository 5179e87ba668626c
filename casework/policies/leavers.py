"""Who left, by hindsight; how long before somebody would have been told. See docs/decisions/0022-policies.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casework.policies.course import Course

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
SILENT_WEEKS = 13  # a quarter without volume: no rhythm of pay or invoices is slower and still a relationship
AHEAD_WEEKS = 26  # an alert longer before is not about this leaving
AFTER_WEEKS = 13  # and one later than this comes when nothing is left to keep


@dataclass(frozen=True, slots=True)
class Leavers:
    """Places of the clients that left, and for each the week of the history from which it was silent, intp (m,)."""

    at: Places
    silent_from: Places


@dataclass(frozen=True, slots=True)
class Caught:
    """Of some leavers: how many, how many had an alert about a fall in time, and the median of its weeks ahead."""

    leavers: int
    caught: int
    before: int  # of `caught`, those told before the silence
    weeks_ahead: float | None  # below zero: after the silence had begun; None where none was caught


def find_leavers(turnover: Ints, closed: npt.NDArray[np.bool_], earliest: int) -> Leavers:
    """Clients that were silent for the last quarter, or closed, and not yet silent at `earliest`.

    `turnover`: int64 (n, weeks). `earliest`: place of a week; who had gone before it is nobody's to catch.
    """
    moving = turnover[:, earliest:] > 0
    weeks = moving.shape[1]
    quarter = moving[:, max(0, weeks - SILENT_WEEKS) :]
    silent = (weeks > SILENT_WEEKS) & ~quarter.any(axis=1)
    left = np.flatnonzero((silent | closed) & moving.any(axis=1))
    last_moving = weeks - 1 - np.argmax(moving[left, ::-1], axis=1)
    return Leavers(left, earliest + last_moving + 1)


def count_caught_leavers(course: Course, silent_from: Places) -> Caught:
    """How many of the watched leavers had an alert standing within [26 weeks before, 13 weeks after) their
    silence began.

    `silent_from`: for each watched client the place of a week of the course. An alert that came up earlier and
    still stood counts as 26 weeks ahead.
    """
    weeks = np.arange(len(course.standing_since))[:, None]
    in_time = (weeks >= silent_from - AHEAD_WEEKS) & (weeks < silent_from + AFTER_WEEKS)
    standing = (course.standing_since >= 0) & in_time
    found = standing.any(axis=0)
    first = np.argmax(standing, axis=0)
    since = course.standing_since[first, np.arange(len(silent_from))] - course.first
    ahead = np.minimum(silent_from - since, AHEAD_WEEKS)[found]
    return Caught(
        leavers=len(silent_from),
        caught=int(found.sum()),
        before=int((ahead > 0).sum()),
        weeks_ahead=float(np.median(ahead)) if len(ahead) else None,
    )
