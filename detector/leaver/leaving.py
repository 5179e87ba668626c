"""Ways of leaving, laid over real lives: payments become smaller, fail to come, or end stream by stream.

Of a week only its sum and the number of its payments are known. So of k payments a binomial number still comes
(thinning of point processes, Lewis and Shedler 1979), and the sum is parted between what came and what did not as
sums of so many uneven payments are: by gamma variables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.leaver.courses import Course, Stretches, join
from detector.leaver.history import REACH_WEEKS, Floats, Ints

_RUN_WEEKS = 4  # in which a client is not paid at all, as a month's pay runs are
_UNEVEN = 0.5  # shape of the gamma that payments of a client are spread by
_MOST_STREAMS = 6
_MONTH_WEEKS = 52.18 / 12
_STREAM_SIZES = 0.7  # sigma of the log of what a stream's payments are against another's


@dataclass(frozen=True, slots=True)
class Left:
    """Chances and sizes of what still comes, each (s, weeks): `chance` of a payment; `size` of those that come over
    the size of those that do not; `share` of its former sum that one still has.
    """

    chance: Floats
    size: Floats
    share: Floats


def smaller(stretches: Stretches, course: Course, _draw: np.random.Generator) -> Left:
    """All payments come, and are smaller."""
    nothing = np.ones(stretches.turnover.shape)
    return Left(nothing, nothing, nothing * course.share(_since(stretches)))


def thinned(stretches: Stretches, course: Course, draw: np.random.Generator, part: float = 1.0) -> Left:
    """By the course's share to the power of `part`, payments fail to come, of every other stretch in runs of weeks;
    by what remains of the share, all are smaller.
    """
    stretch, weeks = stretches.turnover.shape
    share = np.ones((stretch, weeks)) * course.share(_since(stretches))
    runs = np.repeat(draw.random((stretch, -(-weeks // _RUN_WEEKS))), _RUN_WEEKS, axis=1)[:, :weeks]
    chance = share**part
    chance = np.where(draw.random((stretch, 1)) < 0.35, runs < chance, chance)
    return Left(chance, np.ones_like(share), share ** (1.0 - part))


def half_thinned(stretches: Stretches, course: Course, draw: np.random.Generator) -> Left:
    """Half of the course by payments that fail to come, half by smaller ones."""
    return thinned(stretches, course, draw, 0.5)


def streams_ended(stretches: Stretches, course: Course, draw: np.random.Generator) -> Left:
    """The payments are taken to be of one to six streams, of unlike weight, sizes and time of the month. They end
    one after another until the course's ramp is over; the last of them, up to its residual, go on.
    """
    stretch, weeks = stretches.turnover.shape
    streams = draw.integers(1, _MOST_STREAMS + 1, (stretch, 1))
    weight = draw.standard_gamma(0.7, (stretch, _MOST_STREAMS)) + 1e-6
    weight *= np.arange(_MOST_STREAMS) < streams
    order = draw.random((stretch, _MOST_STREAMS)).argsort(axis=1)
    weight = np.take_along_axis(weight, order, axis=1)
    weight /= weight.sum(axis=1, keepdims=True)
    size = np.exp(_STREAM_SIZES * draw.standard_normal((stretch, _MOST_STREAMS)))
    worth = weight * size / (weight * size).sum(axis=1, keepdims=True)
    stays = (np.cumsum(worth, axis=1) <= course.residual) & (streams > 1)
    ends = np.ceil(course.ramp_weeks * draw.random((stretch, _MOST_STREAMS)))
    strength = draw.choice([0.0, 1.0, 4.0], (stretch, 1, 1))
    phase = draw.random((stretch, _MOST_STREAMS, 1))
    since = _since(stretches)
    there = weight[..., None] * np.exp(strength * np.cos(2 * np.pi * (since / _MONTH_WEEKS - phase)))
    goes_on = stays[..., None] | (since < ends[..., None])
    chance = (there * goes_on).sum(axis=1) / there.sum(axis=1)
    worth_there = there * size[..., None]
    kept, gone = (worth_there * goes_on).sum(axis=1), (worth_there * ~goes_on).sum(axis=1)
    ratio = (kept / np.maximum(chance, 1e-9)) / np.maximum(gone / np.maximum(1.0 - chance, 1e-9), 1e-9)
    return Left(chance, np.clip(ratio, 0.05, 20.0), np.ones((stretch, weeks)))


Leaving = Callable[[Stretches, Course, np.random.Generator], Left]


def leave(stretches: Stretches, course: Course, kinds: Sequence[Leaving], draw: np.random.Generator) -> Stretches:
    """The stretches with the course laid over them: by each kind of leaving over as many of them."""
    parts = [stretches.where(part) for part in np.array_split(np.arange(len(stretches)), len(kinds))]
    return join([lay_over(part, kind(part, course, draw), draw) for part, kind in zip(parts, kinds, strict=True)])


def lay_over(stretches: Stretches, left: Left, draw: np.random.Generator) -> Stretches:
    """The same stretches with what is left of them."""
    count = np.rint(stretches.count).astype(np.int64)
    at = np.nonzero((count > 0) & (left.chance < 1.0))
    turnover, payments = stretches.turnover * left.share, stretches.count.copy()
    before = count[at]
    came = draw.binomial(before, np.clip(left.chance[at], 0.0, 1.0))
    turnover[at] *= _part_of_sum(came, before - came, left.size[at], draw)
    payments[at] = came
    payments[turnover == 0] = 0.0
    return Stretches(turnover, payments, stretches.first, stretches.ahead, stretches.client)


def _part_of_sum(came: Ints, failed: Ints, size: Floats, draw: np.random.Generator) -> Floats:
    """The share of a week's sum that `came` of its payments make, those being `size` times the others."""
    kept = draw.standard_gamma(_UNEVEN * np.maximum(came, 1e-9)) * size
    lost = draw.standard_gamma(_UNEVEN * np.maximum(failed, 1e-9))
    share = (kept + 1e-9) / (kept + lost + 2e-9)
    return np.where(came == 0, 0.0, np.where(failed == 0, 1.0, share))


def _since(stretches: Stretches) -> npt.NDArray[np.int64]:
    """Weeks since the onset, of each column."""
    return np.arange(stretches.turnover.shape[1]) - REACH_WEEKS
