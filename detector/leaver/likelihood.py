"""How much likelier a client's recent payments are if they had shrunk by a course than if they had gone on.

Log-likelihood ratios (Neyman and Pearson 1933) under the density of the client's own earlier payments: a histogram
of their logarithms, smoothed (averaged shifted histograms, Scott 1985). Who pays a small and a large sum by turns
has two peaks in it, where a mean and a standard deviation would see one broad hill between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.leaver.courses import Course
from detector.leaver.history import Floats, Ints

_RECENT_WEEKS, _EARLIER_WEEKS = 13, 117  # earlier payments end where the recent quarter begins
_LEAST_PAYMENTS = 3  # earlier ones: with fewer nothing is said
_QUARTERS_AGO = np.array([0, 13, 26, 39, 52])  # weeks: now, and when the same is asked of the client's past
_BIN = 0.1  # of the natural logarithm
_BINS, _LARGEST = 128, 30  # the client's largest earlier payment lies in this bin, and smaller ones above it
_SPREAD = np.convolve(np.ones(5), np.ones(5)).astype(np.float32) / 25  # a payment over the bins around its own
_ANYTHING = 0.04  # payments that every bin has besides: what was never paid may still come
_MOST = 3.0  # nats that one payment may say, either way

_Bins = npt.NDArray[np.int64]
_Density = npt.NDArray[np.float32]


def shrinkage(turnover: Floats, at: Ints, courses: Sequence[tuple[Course, int]]) -> tuple[Floats, Floats]:
    """Nats for each course as if it were in its given week (1: the onset), at the columns `at` (m,) of `turnover`
    (n, T): (courses, n, m) now, and the most that it would have been at the end of the last four quarters.

    Silent weeks say nothing, and where earlier payments are too few both are 0. A course leaves something.
    """
    reach = max(week for _, week in courses) + int(_QUARTERS_AGO[-1])
    by_week = np.ascontiguousarray(turnover.T)
    logs = np.log(np.where(by_week > 0, by_week, np.nan))
    now, before = np.zeros((2, len(courses), len(turnover), len(at)))
    for place, column in enumerate(at.tolist()):
        quarter = max(0, column + 1 - _RECENT_WEEKS)
        earlier = slice(max(0, quarter - _EARLIER_WEEKS), quarter)
        rows = np.flatnonzero(np.isfinite(logs[earlier]).sum(axis=0) >= _LEAST_PAYMENTS)
        if not len(rows):
            continue
        known = slice(min(earlier.start, max(0, column + 1 - reach)), column + 1)
        of_rows = logs[known] if len(rows) == len(turnover) else logs[known, rows]
        of_earlier = slice(earlier.start - known.start, earlier.stop - known.start)
        bins = _bins(np.fmax.reduce(of_rows[of_earlier], axis=0), of_rows)
        density = _log_density(bins[of_earlier])
        paid = np.full((reach, len(rows)), -1, np.int64)
        lately = min(reach, len(bins))
        paid[reach - lately :] = bins[len(bins) - lately :]
        unchanged, absent = _density_at(density, paid, 0), paid < 0
        for number, (course, week) in enumerate(courses):
            weeks = (reach - week - _QUARTERS_AGO[:, None] + np.arange(week)).ravel()
            lost = np.rint(np.log(course.share(np.arange(week))) / _BIN).astype(np.int64)
            ratio = _density_at(density, paid[weeks], np.tile(lost, len(_QUARTERS_AGO))[:, None])
            ratio -= unchanged[weeks]
            np.clip(ratio, -_MOST, _MOST, out=ratio)
            ratio[absent[weeks]] = 0.0
            by_quarter = ratio.reshape(len(_QUARTERS_AGO), week, len(rows)).sum(axis=1)
            now[number, rows, place] = by_quarter[0]
            before[number, rows, place] = by_quarter[1:].max(axis=0)
    return now, before


def _bins(largest: Floats, logs: Floats) -> _Bins:
    """Of each payment (weeks, n), by each client's `largest` (n,); -1 where there was none."""
    bins = np.clip(np.rint((largest - logs) / _BIN) + _LARGEST, 0, _BINS - 1)
    return np.where(np.isnan(bins), -1, bins).astype(np.int64)


def _log_density(bins: _Bins) -> _Density:
    """(n, _BINS), up to a constant, of the payments in `bins` (weeks, n)."""
    rows, around = bins.shape[1], len(_SPREAD) // 2
    width = 1 + around + _BINS + around  # the first column is of weeks without a payment
    column = np.where(bins < 0, 0, bins + 1 + around)
    counts = np.bincount((np.arange(rows) * width + column).ravel(), minlength=rows * width)
    counts = counts.reshape(rows, width).astype(np.float32)
    density, part = np.full((rows, _BINS), _ANYTHING, np.float32), np.empty((rows, _BINS), np.float32)
    for place, weight in enumerate(_SPREAD, start=1):
        density += np.multiply(counts[:, place : place + _BINS], weight, out=part)
    return np.log(density)


def _density_at(density: _Density, bins: _Bins, moved: _Bins | int) -> _Density:
    """(weeks, n): of each client its density at its `bins`, `moved` by so many; the outermost of those beyond."""
    places = bins + moved
    np.clip(places, 0, _BINS - 1, out=places)
    places += np.arange(0, density.size, _BINS)
    found: _Density = density.ravel()[places]
    return found
