"""How much less sure a look is that passes a limit for the first time than a look at any week.

Of many looks at a client that stays, one passes by chance, and it is chosen for being high (the winner's curse:
Capen, Clapp and Campbell 1971). One that leaves passes once as well, and then week after week: most weeks that pass
are of leavers, most first passes are not. Who is told of a client is told of its first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.leaver.courses import AHEAD_WEEKS, COURSES, SLOWER, Stretches, join
from detector.leaver.history import ENOUGH_WEEKS, REACH_WEEKS, Floats, Ints
from detector.leaver.leaving import half_thinned, leave, smaller, streams_ended, thinned

LEAVING_A_YEAR = 0.03  # of all clients begin to leave, as in the simulated bank; odds of a first pass go with it

_QUIET_WEEKS = 52  # a pass is a first one where none was in so many weeks before it
_LEAST_LEFT = 0.2  # of the log-odds: with nothing left, all clients would be alike
_KINDS = (smaller, half_thinned, thinned, streams_ended)
_WEEKS_A_YEAR = 52

Bools = npt.NDArray[np.bool_]
Margins = Callable[[Stretches, Ints], Floats]  # of stretches at some of their columns, (s, m)


@dataclass(frozen=True, slots=True)
class FirstPasses:
    """Margins at first passes: `staying` (n,) of stretches as they are, `leaving` (m,) of the same ones faded.

    `hidden` (m,): it keeps a part of its business, so that the like of it is among those that seem to stay.
    `weight`: leavers that one of `leaving` stands for, where each of `staying` stands for one client.
    """

    staying: Floats
    leaving: Floats
    hidden: Bools
    weight: float


def watch(stretches: Stretches, margins: Margins, limit: float, draw: np.random.Generator) -> FirstPasses:
    """Look at stretches week by week, as they are and faded by known courses; `limit` is a margin."""
    stretches = stretches.where(draw.permutation(len(stretches)))
    courses = COURSES + SLOWER
    parts = np.array_split(np.arange(len(stretches)), len(courses))
    faded = join(
        [leave(stretches.where(part), course, _KINDS, draw) for course, part in zip(courses, parts, strict=True)]
    )
    hidden = np.repeat([course.residual > 0.0 for course in courses], [len(part) for part in parts])
    looks = np.arange(REACH_WEEKS - _QUIET_WEEKS, REACH_WEEKS + AHEAD_WEEKS)
    stay = margins(stretches, looks)
    go = np.concatenate([stay[:, :_QUIET_WEEKS], margins(faded, looks[_QUIET_WEEKS:])], axis=1)
    staying, leaving = (_first_passes(stretches, looks, each >= limit) for each in (stay, go))
    years = stretches.ahead.sum() / max(1, len(stretches)) / _WEEKS_A_YEAR
    return FirstPasses(stay[staying], go[leaving], hidden[leaving[0]], float(LEAVING_A_YEAR * years))


def shrunk(slope: float, offset: float, base_rate: float, passes: Sequence[FirstPasses]) -> tuple[float, float]:
    """A calibration of looks at any week drawn toward the base rate, as first passes demand: slope and offset.

    All log-odds keep the same share of their distance from the base rate's: their order stays. The share is the
    likeliest, 1 at most, where of those that seem to stay as many leave as `hidden` expects (learning from one
    class and unknown ones: du Plessis, Niu and Sugiyama 2015).
    """
    base = float(np.log(base_rate / (1.0 - base_rate)))
    low, high = _LEAST_LEFT, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        too_sure = sum(_too_sure(each, slope, offset, base, middle) for each in passes) > 0.0
        low, high = (low, middle) if too_sure else (middle, high)
    return slope * high, offset * high + base * (1.0 - high)


def _too_sure(passes: FirstPasses, slope: float, offset: float, base: float, left: float) -> float:
    """The slope of minus the log-likelihood in the share that is left."""
    stay, go = (each * slope + offset - base for each in (passes.staying, passes.leaving))
    missing = np.where(passes.hidden, 1.0, 1.0 - _chance(base + left * go))
    return float((stay * _chance(base + left * stay)).sum() - passes.weight * (go * missing).sum())


def _first_passes(stretches: Stretches, looks: Ints, passes: Bools) -> tuple[Ints, Ints]:
    """Stretch and look of each first pass after the onset, where the stretch is long enough to tell."""
    passes = passes & (looks - stretches.first[:, None] >= ENOUGH_WEEKS - 1)
    first = passes.argmax(axis=1)
    since = looks[first] - REACH_WEEKS
    found = np.flatnonzero(passes.any(axis=1) & (since >= 0) & (since < stretches.ahead))
    return found, first[found]


def _chance(log_odds: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -500.0, 500.0)))
    return found
