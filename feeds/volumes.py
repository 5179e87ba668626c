"""One week of every client's volume, from nothing but the seed and the week's number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feeds.habits import Habits
from feeds.population import Population
from feeds.randomness import Bools, Dice, Floats, Ints, Stream
from feeds.rhythms import RUN_WEIGHT, Rhythm, moved, scheduled, season_log, trading_factor
from feeds.truth import Fates

NOISE_WEIGHTS = (1.0, 0.45, 0.25, 0.15, 0.10)  # a good week is followed by a fairly good one
SHARED_WEIGHTS = (1.0, 0.6, 0.3)
BANK_SIGMA, BRANCH_SIGMA, INDUSTRY_SIGMA = 0.03, 0.03, 0.05
STORM_CHANCE, STORM_SHARE = 0.01, 0.30  # a week in two years loses a day and a half to a typhoon or an outage
TWIN = 0.5  # correlation of a client's noise in debits and credits: who earns more spends more
SLIP = 0.04  # chance that a run comes a week late
SPIKE_INDEX = 1.6  # Pareto: the large single payment is 2 weeks' volume, now and then 20
KNOT_WEEKS, KNOT_DECAY, KNOTS = 13, 0.75, 12  # slow ups and downs, forgotten after some two years
GROWTH_YEARS = 5.0  # growth levels off: no client multiplies for ever
RAMP_WEEKS = 26  # a new client brings its business over bit by bit
MONTH_END = 31


@dataclass(frozen=True)
class Volumes:
    """Draws (2, n) int64 minor units for any week: row 0 debit, row 1 credit."""

    dice: Dice
    people: Population
    habits: Habits
    fates: Fates
    first_week: int
    branches: int

    def week(self, week: int) -> Ints:
        """1. Mean of the week. 2. Shared wobble. 3. Own noise. 4. Silence and large payments. 5. Course of life."""
        mean = self.habits.level_minor * self._calendar(week) * np.exp(self._level_log(week))
        wobbled = mean * self._wobble(week)
        noisy = wobbled * self._noise(week)
        active = np.where(self._silent(week), 0.0, noisy + self._spikes(week))
        return np.rint(active * self._life(week)).astype(np.int64)

    def _calendar(self, week: int) -> Floats:
        h, industry = self.habits, self.people.industry
        runs = (1 - h.steady - h.month_end) * self._runs(week, h.rhythm, h.phase, 0)
        wages = h.month_end * self._runs(week, np.full_like(h.rhythm, Rhythm.MONTHLY), self._month_ends(), 1)
        factor: Floats = (h.steady * trading_factor(week)[industry] + runs + wages) * np.exp(
            h.season * season_log(week)[industry]
        )
        return factor

    def _month_ends(self) -> Ints:
        return np.full_like(self.habits.rhythm, MONTH_END)

    def _runs(self, week: int, rhythm: Ints, phase: Ints, which: int) -> Floats:
        """Runs of a week, each once: on time, late from the week before, or early from a week of holidays."""
        on_time = scheduled(week, rhythm, phase) & ~self._slipped(week, which) & (not moved(week))
        late = scheduled(week - 1, rhythm, phase) & self._slipped(week - 1, which) & (not moved(week - 1))
        early = scheduled(week + 1, rhythm, phase) & moved(week + 1)
        runs: Floats = (on_time.astype(np.float64) + late + early) * RUN_WEIGHT[rhythm]
        return runs

    def _slipped(self, week: int, which: int) -> Bools:
        return self.dice.at(Stream.SLIPS, 2 * week + which).random((2, len(self.people.tier))) < SLIP

    def _level_log(self, week: int) -> Floats:
        """Growth that levels off, and a slow wander between knots, the same for debits and credits."""
        years = (week - self.first_week) / 52.18
        grown = self.habits.growth * GROWTH_YEARS * np.tanh(years / GROWTH_YEARS)
        knot, step = divmod(week, KNOT_WEEKS)
        blend = (1 - np.cos(np.pi * step / KNOT_WEEKS)) / 2
        wander = (1 - blend) * self._knot(knot) + blend * self._knot(knot + 1)
        level: Floats = grown + self.habits.wander * wander
        return level

    def _knot(self, knot: int) -> Floats:
        decay = tuple(KNOT_DECAY**back for back in range(KNOTS))
        knots: Floats = self.dice.moving(Stream.WANDER, knot, decay)[0]
        return knots

    def _wobble(self, week: int) -> Floats:
        """What everybody feels: the bank's week, the branch's week, the industry's week, a storm."""
        total = np.zeros((3, max(self.branches, 64)))
        for back, weight in enumerate(SHARED_WEIGHTS):
            total += weight * self.dice.at(Stream.SHARED, week - back).standard_normal(total.shape)
        total /= float(np.sqrt(np.square(SHARED_WEIGHTS).sum()))
        storm = self.dice.at(Stream.SHARED, -week).random() < STORM_CHANCE
        own = BRANCH_SIGMA * total[1][self.people.branch] + INDUSTRY_SIGMA * total[2][self.people.industry]
        shared: Floats = np.exp(BANK_SIGMA * total[0, 0] + own) * (1 - STORM_SHARE * storm)
        return shared

    def _noise(self, week: int) -> Floats:
        z = self.dice.moving(Stream.NOISE, week, NOISE_WEIGHTS)
        debit = TWIN * z[1] + np.sqrt(1 - TWIN**2) * z[0]
        sigma = self.habits.noise_sigma
        noise: Floats = np.exp(sigma * np.stack([debit, z[1]]) - sigma**2 / 2)
        return noise

    def _silent(self, week: int) -> Bools:
        """Half of the silence is the whole client's, half a series' own."""
        draws = self.dice.at(Stream.SILENCE, week).random((3, len(self.people.tier)))
        half = self.habits.silence / 2
        silent: Bools = (draws[:2] < half) | (draws[2] < half)
        return silent

    def _spikes(self, week: int) -> Floats:
        rng = self.dice.at(Stream.SPIKES, week)
        shape = self.habits.level_minor.shape
        size = np.minimum(2.0 * (1.0 + rng.pareto(SPIKE_INDEX, shape)), 30.0)
        return np.where(rng.random(shape) < self.habits.spike, size * self.habits.level_minor, 0.0)

    def _life(self, week: int) -> Floats:
        age = week - self.people.joined_week
        ramp = np.clip((age + 1) / RAMP_WEEKS, 0.0, 1.0)
        return ramp * self.fates.share(week)
