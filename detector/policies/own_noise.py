"""Whether a client is further from its usual than it strays by itself.

A supplier that is paid now 2,000 and now 90,000 is 50 % lower every other quarter and leaves nobody; a client that
brings the same every month says something with 20. So a distance counts in standard errors of the client's own: of
two means, by how much its sums of four weeks differed from one to the next in the year before (half their mean
square successive difference, von Neumann 1941). Source: docs/decisions/0009-presets.md.
"""

from __future__ import annotations

import msgspec
import numpy as np

from detector.comparisons.readings import Bools, Floats, Readings
from detector.comparisons.sums import Ints
from detector.comparisons.windows import Pair, Window, pairs
from detector.policies.limits import DIRECTIONS, Grades
from detector.policies.policy import Policy
from schemas.verdicts import Direction, Grade

PART_WEEKS = 4  # of who is paid once a month, single weeks are nothing but noise
PARTS = 13  # a year
# Shares of a tier's `own_noise`, which is what a fall wants for a prompt. A rise has to be plain: it is no warning.
ALARM, RISE, BY_SCORE = 1.5, 2.5, 0.55


def allowed(weekly: Ints, readings: Readings, own_noise: Floats, shift: int = 0) -> Grades:
    """The highest grade that each comparison may give, int8 (direction, pair, series, m).

    `weekly`: int64 (LONGEST, ROWS, m), debits, credits and payments by weeks back; `readings` of the same clients,
    and `own_noise` (m,) of their tiers.
    """
    fall, rise = standard_errors(weekly, readings, shift)
    found = np.zeros((len(DIRECTIONS), *fall.shape), np.int8)
    found[DIRECTIONS.index(Direction.FALL), fall >= own_noise] = Grade.PROMPT
    found[DIRECTIONS.index(Direction.FALL), fall >= own_noise * ALARM] = Grade.ALARM
    found[DIRECTIONS.index(Direction.RISE), rise >= own_noise * RISE] = Grade.ALARM
    return found


def falls_beyond_noise(weekly: Ints, readings: Readings, own_noise: Floats) -> Bools:
    """bool (m,): whether any comparison of more than a week is as far below as the score wants it by itself."""
    fall, _ = standard_errors(weekly, readings)
    long = np.array([pair.actual.weeks > 1 for pair in pairs()])[:, None, None]
    below: Bools = long & (readings.deviation_pct < 0.0) & (fall >= own_noise * BY_SCORE)
    return np.asarray(below.any(axis=(0, 1)))


def limits_alone(policy: Policy) -> Policy:
    """`policy`, whatever its clients stray by."""
    tiers = tuple(msgspec.structs.replace(tier, own_noise=0.0) for tier in policy.tiers)
    return msgspec.structs.replace(policy, tiers=tiers)


def standard_errors(weekly: Ints, readings: Readings, shift: int = 0) -> tuple[Floats, Floats]:
    """How far apart the two means of each comparison are, float64 (pair, series, m), as a fall and as a rise;
    infinite of a client that never varied.

    One great payment makes a rise of a quarter: so for rises the quarter's own variation counts where it is more.
    """
    debit, credit, payments = (weekly[:, row] for row in range(weekly.shape[1]))
    volumes = np.stack([debit, credit, debit + credit, payments], axis=1)
    variances = {actual: _variances(volumes, readings.seen, actual) for actual in {p.actual for p in pairs(shift)}}
    fall, rise = np.empty(readings.deviation_pct.shape), np.empty(readings.deviation_pct.shape)
    for which, pair in enumerate(pairs(shift)):
        usual, own = variances[pair.actual]
        apart = np.abs(
            readings.actual_sum[which] / pair.actual.weeks - readings.expected_sum[which] / pair.expected.weeks
        )
        fall[which] = _in_errors(apart, pair, usual, usual)
        rise[which] = _in_errors(apart, pair, np.maximum(usual, own), usual)
    return fall, rise


def _variances(volumes: Ints, seen: Ints, actual: Window) -> tuple[Floats, Floats]:
    """Of a week in the year before the window, as far as it is known, and in the window: float64 (series, m)."""
    before = actual.before
    known = np.clip((seen - before) // PART_WEEKS, 0, PARTS)
    usual = _variance(volumes[before : before + PARTS * PART_WEEKS], known)
    return usual, _variance(volumes[: actual.weeks], np.full(len(seen), actual.weeks // PART_WEEKS))


def _in_errors(apart: Floats, pair: Pair, lately: Floats, usual: Floats) -> Floats:
    error = np.sqrt(lately / pair.actual.weeks + usual / pair.expected.weeks)
    found: Floats = np.divide(apart, error, out=np.full(apart.shape, np.inf), where=error > 0.0)
    return found


def _variance(volumes: Ints, known: Ints) -> Floats:
    """Of a week, float64 (series, m): half the mean square of what neighbouring sums of PART_WEEKS differ by, for
    what fell and stays low strays no more than before. Zero where fewer than two sums are known.

    `volumes`: (weeks, series, m), newest first; `known`: (m,), how many whole parts of them count.
    """
    parts = len(volumes) // PART_WEEKS
    sums = volumes[: parts * PART_WEEKS].reshape(parts, PART_WEEKS, *volumes.shape[1:]).sum(axis=1)
    apart = np.diff(sums, axis=0).astype(np.float64)
    counts = np.arange(1, len(apart) + 1)[:, None] < known
    squares = np.where(counts[:, None, :], apart * apart, 0.0).sum(axis=0)
    found: Floats = squares / 2.0 / np.maximum(known - 1, 1) / PART_WEEKS
    return found
