"""Leavers made of stayers: a client's own weeks, of which less and less arrives from an onset on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.detection.sample import WARM_UP_WEEKS, Floats, Ints

ROOM_WEEKS = 27  # kept free behind every onset, so that half a year can be looked at


@dataclass(frozen=True)
class Course:
    """In `ramp` weeks from all to the share `residual`, by equal steps; the onset week takes the first step."""

    ramp: int
    residual: float

    def __str__(self) -> str:
        return f"{self.ramp} wk to {self.residual:.0%}"

    def share(self, weeks_since_onset: Ints) -> Floats:
        """What is left of a week's turnover; all of it before the onset."""
        steps = np.clip((weeks_since_onset + 1) / self.ramp, 0.0, 1.0)
        return 1.0 - (1.0 - self.residual) * steps


COURSES = (Course(1, 0.0), Course(13, 0.0), Course(13, 0.3), Course(26, 0.3), Course(26, 0.5))


def weeks_to_choose_from(weeks: int) -> tuple[int, int]:
    """Half-open range of weeks in which an onset, or a quarter to watch, may begin."""
    return WARM_UP_WEEKS, weeks - ROOM_WEEKS


def faded(turnover: Floats, course: Course, onset: Ints) -> Floats:
    """Every row faded from its own onset, (n, T)."""
    since = np.arange(turnover.shape[1]) - onset[:, None]
    return turnover * course.share(since)
