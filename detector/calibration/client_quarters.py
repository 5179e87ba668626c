"""Client-quarters: random 13-week windows of clients that stay, the unit in which false alarms are counted."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.number)
QUARTER = 13
WARM_UP_WEEKS = 65  # from here on every comparison has its history, so that no window is quiet for want of one


def draw(
    rng: np.random.Generator, clients: npt.NDArray[np.int64], first: npt.NDArray[np.int64], last: int, each: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """`each` windows of each client: (client, first week of the window), from week first[i] to `last` inclusive."""
    who = np.repeat(clients, each)
    room = last - QUARTER + 2 - np.repeat(first, each)
    fits = room > 0
    return who[fits], np.repeat(first, each)[fits] + rng.integers(0, room[fits])


def window_max(
    values: npt.NDArray[Number],
    who: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    weeks: int = QUARTER,
) -> npt.NDArray[Number]:
    """Largest value in each window: `values` (T, ..., n) -> (windows, ...). Past the end the last week repeats."""
    largest: npt.NDArray[Number] = values[start, ..., who]
    for offset in range(1, weeks):
        np.fmax(largest, values[np.minimum(start + offset, len(values) - 1), ..., who], out=largest)
    return largest
