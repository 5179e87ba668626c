"""Leavers that were never there: copies of clients that stayed, which fade away in half a year.

Real leavers of one year are few in most banks; these say how quickly a policy sees one, on the bank's own noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casework.policies.course import Course

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
FADING_WEEKS = 26  # half a year: the middle of the three to six months that the bank sees, and their end
MOST_COPIES = 500  # enough for two percent either way


@dataclass(frozen=True, slots=True)
class Faded:
    """Copies without an alert when their fading began, and how many had one 13 and 26 weeks later."""

    copies: int
    caught_in_13: int
    caught_in_26: int


def choose_clients(steady: npt.NDArray[np.bool_]) -> Places:
    """At most MOST_COPIES of the clients, evenly from all of them; the same for the same clients."""
    there = np.flatnonzero(steady)
    if len(there) <= MOST_COPIES:
        return there
    return there[np.linspace(0, len(there) - 1, MOST_COPIES).astype(np.intp)]


def fade_out(volumes: Ints) -> Ints:
    """Volumes int64 (n, weeks) that go evenly to nothing over the last FADING_WEEKS."""
    share = np.ones(volumes.shape[1])
    share[-FADING_WEEKS:] = 1.0 - np.arange(1, FADING_WEEKS + 1) / FADING_WEEKS
    return np.rint(volumes * share).astype(np.int64)


def count_caught(course: Course) -> Faded:
    """How soon the watched copies of a course had an alert; FADING_WEEKS must be its last weeks."""
    before = course.standing_since[-FADING_WEEKS - 1]
    fading = course.standing_since[-FADING_WEEKS:, before < 0] >= 0
    return Faded(
        copies=int((before < 0).sum()),
        caught_in_13=int(fading[:13].any(axis=0).sum()),
        caught_in_26=int(fading.any(axis=0).sum()),
    )
