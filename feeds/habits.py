"""How each client moves money: steady or in runs, noisy or even, silent now and then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feeds.industries import INDUSTRIES
from feeds.population import MEDIAN_WEEK_MINOR, Population
from feeds.randomness import Dice, Floats, Ints, Stream
from feeds.rhythms import Rhythm

RHYTHM_SHARES = {Rhythm.WEEKLY: 0.30, Rhythm.FORTNIGHTLY: 0.15, Rhythm.FOUR_WEEKLY: 0.20, Rhythm.MONTHLY: 0.35}
SPARSE_SHARE = 0.12  # clients that live from projects and few invoices
FEWER_SHARES = (0.2, 0.3, 0.5)  # who leaves pays as often and less, both, or less often
DECLINING_SHARE, RISING_SHARE = 0.06, 0.05  # honest change of business: no leaver, and no easy stayer


@dataclass(frozen=True, slots=True)
class Habits:
    """Parallel columns, length n; those of shape (2, n) have debit in row 0 and credit in row 1."""

    level_minor: Floats  # (2, n) mean weekly volume in the first week
    steady: Floats  # (2, n) share that moves every week
    month_end: Floats  # (2, n) share that moves at the month's end: wages, rent, customers' payments
    rhythm: Ints  # (2, n) of the rest
    phase: Ints  # (2, n)
    noise_sigma: Floats  # (2, n) of the log of a week
    silence: Floats  # (n,) chance that a week has nothing at all
    spike: Floats  # (n,) chance of a large single payment in a week
    season: Floats  # (n,) times the industry's swing
    growth: Floats  # (n,) of the log, a year
    wander: Floats  # (n,) standard deviation of the slow ups and downs of the log
    bookings: Floats  # (n,) mean bookings of an active week and series
    fewer: Floats  # (n,) of a fall, the power of it by which bookings become fewer; by the rest they are smaller


def draw_habits(dice: Dice, people: Population) -> Habits:
    """Draw every client's habits; larger clients are steadier, silent less often and book more."""
    rng = dice.at(Stream.HABITS)
    n = len(people.size_minor)
    order = np.log10(people.size_minor / MEDIAN_WEEK_MINOR)  # powers of ten above the median
    steady, month_end = _shares(rng, people)
    rhythm = rng.choice(list(RHYTHM_SHARES), (2, n), p=list(RHYTHM_SHARES.values())).astype(np.int64)
    pay_day = rng.choice([5, 7, 10, 15, 20, 25, 28, 31], (2, n))
    return Habits(
        level_minor=people.size_minor / 2 * np.stack([rng.normal(0.97, 0.02, n), np.ones(n)]),
        steady=steady,
        month_end=month_end,
        rhythm=rhythm,
        phase=np.where(rhythm == Rhythm.MONTHLY, pay_day, rng.integers(0, 4, (2, n))),
        noise_sigma=np.clip(0.30 * 10 ** (-0.10 * order) * np.exp(0.30 * rng.standard_normal((2, n))), 0.08, 0.80),
        silence=_silence(rng, order),
        spike=np.clip(0.010 * np.exp(0.6 * rng.standard_normal(n)), 0.0, 0.05),
        season=np.clip(rng.normal(1.0, 0.4, n), 0.0, 2.5),
        growth=_growth(rng, n),
        wander=np.clip(0.08 * np.exp(0.5 * rng.standard_normal(n)), 0.02, 0.25),
        bookings=np.clip(2.0 + 0.6 * order, 1.05, 8.0),
        fewer=dice.at(Stream.FEWER).choice([0.0, 0.5, 1.0], n, p=FEWER_SHARES),
    )


def _shares(rng: np.random.Generator, people: Population) -> tuple[Floats, Floats]:
    n = len(people.size_minor)
    typical = np.array([trade.steady for trade in INDUSTRIES])[people.industry]
    credit_steady = np.clip(rng.normal(typical, 0.15), 0.02, 0.98)
    debit_steady = np.clip(rng.normal(0.35, 0.15, n), 0.05, 0.8)
    wages = rng.uniform(0.10, 0.35, n)
    late_customers = rng.uniform(0.0, 0.3, n)
    steady = np.stack([debit_steady, credit_steady])
    return steady, (1 - steady) * np.stack([np.clip(wages * 1.6, 0, 0.9), late_customers])


def _silence(rng: np.random.Generator, order: Floats) -> Floats:
    n = len(order)
    sparse = rng.random(n) < SPARSE_SHARE
    chance = np.where(sparse, rng.uniform(0.15, 0.50, n), rng.beta(1.0, 30.0, n))
    chances: Floats = np.clip(chance * 10 ** (-0.25 * order), 0.0, 0.55)
    return chances


def _growth(rng: np.random.Generator, n: int) -> Floats:
    usual, fate = rng.normal(0.03, 0.06, n), rng.random(n)
    falling, rising = rng.uniform(-0.25, -0.10, n), rng.uniform(0.15, 0.40, n)
    growth: Floats = np.where(
        fate < DECLINING_SHARE, falling, np.where(fate < DECLINING_SHARE + RISING_SHARE, rising, usual)
    )
    return growth
