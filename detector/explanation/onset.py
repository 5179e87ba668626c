"""Since when is a client's volume lower? A change point with a ramp, by quasi-likelihood.

The mean of week t is level x share(t): 1 up to the onset, then falling in a straight line to a share r within d
weeks. Amounts are taken as a quasi-Poisson series (Wedderburn 1974: the variance is proportional to the mean),
under which silent weeks and runs of payments need no special care, and for which the level has a closed form, so
that each course (onset, d, r) has the likelihood sum(y log share) - sum(y) log sum(share). The dispersion is
Pearson's of sums of four weeks about the best course (McCullagh and Nelder 1989, chapter 9), since runs come
every four weeks and good weeks follow good ones. The onset is the median of its distribution with all courses
alike beforehand; the limits hold four fifths.
Why this and not a split of the mean or a CUSUM: docs/decisions/0024-explanations.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints
from detector.explanation.middle import median

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

FITTED_WEEKS = 78  # a year to know the habit by, and the six months of the trial
REACH_WEEKS = 40  # an onset further back is past the window by far
HABIT_WEEKS = 8  # weeks before the earliest onset, where the history has as many
RAMPS = np.array([1, 4, 8, 13, 20, 26])  # weeks from the habit to what is left: from a cut to half a year
REMAINDERS = np.array([0.03, 0.2, 0.4, 0.6, 0.75])  # shares that stay; 0.03: nothing but a last straggler
SPIKE = 4.0  # times the usual active week: one large payment says little of the weeks around it
BLOCK_WEEKS = 4  # pay runs
LIMITS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Onset:
    """Weeks before the week judged: 0 is that week itself. `earliest` >= `weeks_ago` >= `latest`."""

    weeks_ago: int
    earliest: int
    latest: int


def find_onset(volumes: Ints) -> Onset:
    """The onset of a fall in weekly volumes, int64 (weeks,), oldest first, the week judged last; at least one week.

    Depends on the newest FITTED_WEEKS alone, and on no unit. Weeks below zero (more reversed than booked) are zero.
    """
    y = _without_spikes(np.maximum(volumes[-FITTED_WEEKS:], 0).astype(np.float64))
    total = float(y.sum())
    if len(y) < 2 or total <= 0.0:
        return Onset(0, 0, 0)
    courses = _courses(len(y))
    likelihood = np.tensordot(courses.log_share, y, 1) - total * courses.log_sum
    best = np.unravel_index(int(likelihood.argmax()), likelihood.shape)
    dispersion = _dispersion(y, np.exp(courses.log_share[best]))
    weight = np.exp((likelihood - likelihood[best]) / dispersion).sum(axis=(1, 2))
    reached = np.cumsum(weight) / weight.sum()
    places = [int(np.searchsorted(reached, limit)) for limit in LIMITS]
    earliest, middle, latest = (len(y) - 1 - int(courses.onset[min(at, len(reached) - 1)]) for at in places)
    return Onset(middle, earliest, latest)


@dataclass(frozen=True, slots=True)
class _Courses:
    """Axes: onset (k,), ramp, remainder, and of the shares the week."""

    onset: Places
    log_share: Floats
    log_sum: Floats


@lru_cache(maxsize=8)  # nearly every history has FITTED_WEEKS
def _courses(weeks: int) -> _Courses:
    onset = np.arange(max(min(HABIT_WEEKS, weeks - 1), weeks - REACH_WEEKS), weeks)
    gone = np.clip((np.arange(weeks) - onset[:, None, None] + 1) / RAMPS[:, None], 0.0, 1.0)
    share = 1.0 - (1.0 - REMAINDERS[:, None]) * gone[:, :, None, :]
    return _Courses(onset, np.log(share), np.log(share.sum(axis=-1)))


def _without_spikes(y: Floats) -> Floats:
    active = y[y > 0.0]
    return np.minimum(y, SPIKE * median(active)) if len(active) else y


def _dispersion(y: Floats, share: Floats) -> float:
    """Pearson's, of block sums; the floor keeps a series without any noise from dividing by nothing."""
    expected = share * (y.sum() / share.sum())
    blocks = len(y) // BLOCK_WEEKS
    floor = 1e-3 * float(y.mean())
    if blocks < len(LIMITS) + 1:
        return max(float(y.max()), floor)  # too short to tell: as if it all came in payments of that size
    tail = len(y) - blocks * BLOCK_WEEKS
    actual, fitted = (part[tail:].reshape(blocks, BLOCK_WEEKS).sum(axis=1) for part in (y, expected))
    return max(float(((actual - fitted) ** 2 / fitted).sum()) / (blocks - len(LIMITS)), floor)
