"""How far clients that stay go astray by themselves, and copies of them that fade: what presets are searched on.

Each comparison is read with the detector's own arithmetic, of each client alone, with the minimum effects, paid
weeks and own noise of the policy that is to be given presets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import numpy.typing as npt

from detector.calibration.client_quarters import WARM_UP_WEEKS, draw, window_max
from detector.comparisons.habits import HABIT_WEEKS, weeks_in
from detector.comparisons.readings import Readings, read
from detector.comparisons.windows import LAGS, PAIRS, SERIES
from detector.ids import Rows
from detector.leaver.courses import COURSES
from detector.policies.limits import Limits, limits_of
from detector.policies.own_noise import allowed
from detector.policies.paid_weeks import enough_paid
from detector.policies.policy import Policy
from detector.quiet.rhythm import is_unusual
from detector.replay import History
from detector.state import ShardState, payments_of
from detector.step import WeekVolumes, step
from schemas.weeks import Week

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
COMPARISONS = len(PAIRS) * len(SERIES)
VIEWS = (13, 26)  # weeks from the onset within which a leaver should be caught; both count the same
WINDOWS_A_CLIENT = 8
LEFT_OUT = (0.0, 0.5, 1.0)  # share of a course that is payments which fail to come, as in training
NEED_WEEKS = WARM_UP_WEEKS + max(VIEWS)  # of history: the longest comparison, and a fading after it
CHUNK = 2000  # clients at a time: their readings of all weeks are kept


@dataclass(frozen=True, slots=True)
class TierSample:
    """Depths in percent by (row, comparison), positive in the direction's own sense, -inf where none.

    `quiet_fall`, `quiet_rise`: (windows, COMPARISONS), the largest of each client-quarter of clients that stay;
    `leaving`: (copies, views, COMPARISONS), the largest within each view. `speaks`: (COMPARISONS,) of how many of
    `clients` each comparison says anything in the last week.
    """

    quiet_fall: Floats
    quiet_rise: Floats
    leaving: Floats
    speaks: Ints | None = None
    clients: int = 0


def tier_sample(
    history: History, stays: npt.NDArray[np.bool_], policy: Policy, random: np.random.Generator
) -> TierSample:
    """Of clients that stay, (n,) bool, as they are and faded. Judged as their tiers under `policy`."""
    parts = [
        _chunk_sample(history.take(at), policy, random)
        for at in np.array_split(np.flatnonzero(stays), max(1, -(-int(stays.sum()) // CHUNK)))
    ]
    return joined(parts)


def joined(parts: list[TierSample]) -> TierSample:
    """One sample of all parts' clients."""
    return TierSample(
        quiet_fall=np.concatenate([part.quiet_fall for part in parts]),
        quiet_rise=np.concatenate([part.quiet_rise for part in parts]),
        leaving=np.concatenate([part.leaving for part in parts]),
        speaks=np.sum([part.speaks for part in parts if part.speaks is not None], axis=0),
        clients=sum(part.clients for part in parts),
    )


def _chunk_sample(history: History, policy: Policy, random: np.random.Generator) -> TierSample:
    speaks, percent = _stacked(history, policy)
    begins = np.maximum(history.first_week - history.oldest_week, 0)
    who, start = draw(
        random, np.arange(len(begins)), np.maximum(begins, WARM_UP_WEEKS), history.weeks - 1, WINDOWS_A_CLIENT
    )
    copies = fade(history, random)
    _, faded = _stacked(copies.history, policy)
    leavers = np.arange(len(copies.onset))
    return TierSample(
        quiet_fall=_depths(window_max(-percent, who, start)),
        quiet_rise=_depths(window_max(percent, who, start)),
        leaving=np.stack([_depths(window_max(-faded, leavers, copies.onset, weeks)) for weeks in VIEWS], axis=1),
        speaks=speaks.sum(axis=1),
        clients=len(begins),
    )


def percents(history: History, policy: Policy) -> Iterator[tuple[Bools, Floats]]:
    """Of each week: whether each comparison says anything, bool (COMPARISONS, n), and its percent, float32; NaN
    where it does not, or the effect is too little, or less than the client strays by itself.
    """
    limits = limits_of(policy)
    silent = msgspec.structs.replace(
        policy, tiers=tuple(msgspec.structs.replace(tier, presets=()) for tier in policy.tiers)
    )
    codes = limits.encode(history.tiers).astype(np.intp)
    state = ShardState.empty()
    rows = np.arange(len(history.client_ids), dtype=np.int32)
    for volumes in weeks_of(history):
        state, _ = step(state, volumes, silent, history.tiers)
        yield _read(state, volumes, rows, codes, limits)


def weeks_of(history: History) -> Iterator[WeekVolumes]:
    """Every week of the clients, also of those that have not begun."""
    first_week = history.first_week.astype(np.int32)
    for at in range(history.weeks):
        debit, credit = (each[:, at].copy() for each in (history.debit_minor, history.credit_minor))
        payments = None if history.payments is None else history.payments[:, at].copy()
        week = Week(history.oldest_week + at)
        yield WeekVolumes(week, history.client_ids, first_week, debit, credit, payments=payments)


def _read(
    state: ShardState, volumes: WeekVolumes, rows: Rows, codes: npt.NDArray[np.intp], limits: Limits
) -> tuple[Bools, Floats]:
    memory, week = state.memory, volumes.week
    found = read(memory.cumulative(week, rows, LAGS), week + 1 - volumes.first_week.astype(np.int64))
    paid = memory.habits.paid_in(rows)
    speaks = np.isfinite(found.deviation_pct) & enough_paid(paid, limits.fewest_paid_weeks[codes])
    lived = np.clip(found.seen - 1, 0, HABIT_WEEKS)
    steady = is_unusual(lived - weeks_in(paid, 1, HABIT_WEEKS), lived)
    speaks &= steady | np.array([pair.actual.weeks > 1 for pair in PAIRS])[:, None, None]
    matters = speaks & (found.effect_minor >= limits.minimum_effect_minor[codes])
    matters &= _is_plain(memory.weekly(week, rows), found, limits.own_noise[codes])
    percent: Floats = np.where(matters, found.deviation_pct, np.nan).astype(np.float32)
    return speaks.reshape(COMPARISONS, -1), percent.reshape(COMPARISONS, -1)


def _is_plain(weekly: Ints, found: Readings, own_noise: npt.NDArray[np.float64]) -> Bools:
    """bool (pair, series, n): further from the usual than the client strays by itself, either way."""
    fall, rise = allowed(weekly, found, own_noise)
    plain: Bools = np.where(found.deviation_pct < 0.0, fall, rise) > 0
    return plain


def _stacked(history: History, policy: Policy) -> tuple[Bools, Floats]:
    """Whether each comparison speaks in the last week, and the percents of all weeks, (T, COMPARISONS, n)."""
    percent = np.empty((history.weeks, COMPARISONS, len(history.client_ids)), np.float32)
    last = np.zeros(percent.shape[1:], np.bool_)
    for at, (speaks, now) in enumerate(percents(history, policy)):
        percent[at], last = now, speaks
    return last, percent


@dataclass(frozen=True, slots=True)
class FadingCopies:
    """Copies of clients that fade. `onset`, `ends`: int64 (n,), place of the first week of it and of the last."""

    history: History
    onset: Ints
    ends: Ints


def fade(history: History, random: np.random.Generator) -> FadingCopies:
    """A copy of each client that is old enough, faded by a course drawn for it.

    Payments fail to come one by one, or all grow smaller, or half of each. After every onset lie as many weeks
    as the longest view has.
    """
    begins = np.maximum(history.first_week - history.oldest_week, 0)
    room = history.weeks - max(VIEWS) - begins - WARM_UP_WEEKS
    at = np.flatnonzero(room >= 0)
    onset = begins[at] + WARM_UP_WEEKS + (random.random(len(at)) * (room[at] + 1)).astype(np.int64)
    since = np.arange(history.weeks)[None, :] - onset[:, None]
    share = np.ones(since.shape)
    chosen = random.integers(0, len(COURSES), len(at))
    for number, course in enumerate(COURSES):
        share[chosen == number] = course.share(since[chosen == number])
    kept = history.take(at)
    part = random.choice(LEFT_OUT, (len(at), 1))
    counts = payments_of(kept.debit_minor, kept.credit_minor, kept.payments)
    come = random.binomial(np.maximum(counts, 0), share**part)
    left = np.divide(come, counts, out=np.ones(share.shape), where=counts > 0) * share ** (1.0 - part)
    debit, credit = (np.rint(amounts * left).astype(np.int64) for amounts in (kept.debit_minor, kept.credit_minor))
    ramp = np.array([course.ramp_weeks for course in COURSES], np.int64)[chosen]
    return FadingCopies(
        replace(kept, debit_minor=debit, credit_minor=credit, payments=come), onset, onset + ramp - 1
    )


def _depths(found: Floats) -> Floats:
    return np.where(np.isnan(found), np.float32(-np.inf), found)
