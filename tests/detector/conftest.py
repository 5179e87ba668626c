"""Random histories, a policy that uses every comparison, and the plain recomputation that streaming must equal."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from detector.policies.policy import Policy, Preset, TierPolicy
from detector.state import MAX_WEEK_MINOR, ShardState
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.verdicts import Baseline, Direction, Grade, Series
from schemas.weeks import Week

START = 2_600
WINDOWS = {  # docs/judging.md, "Comparisons": actual from, to, expected from, to (lags), weeks needed
    Baseline.WEEK_VS_RECENT: (0, 0, 8, 1, 9),
    Baseline.QUARTER_VS_QUARTER: (12, 0, 25, 13, 26),
    Baseline.QUARTER_VS_YEAR: (12, 0, 64, 13, 65),
    Baseline.QUARTER_VS_LAST_YEAR: (12, 0, 64, 52, 65),
    Baseline.EIGHT_WEEKS_VS_YEAR: (7, 0, 59, 8, 60),
}
Plain = dict[tuple[Series, Baseline], tuple[float, dict[Direction, Grade]]]


@dataclass(frozen=True)
class Bank:
    """Clients' volumes, int64 (n, T); client i begins in week `begins[i]` after START with zeros before it."""

    client_ids: list[str]
    tiers: list[str]
    begins: npt.NDArray[np.int64]
    debit: npt.NDArray[np.int64]
    credit: npt.NDArray[np.int64]
    payments: npt.NDArray[np.int64]

    def week(self, at: int, order: npt.NDArray[np.int64] | None = None) -> tuple[WeekVolumes, list[str]]:
        """What the ledger has of week `at`, with the tiers; clients in `order`, those that have begun."""
        everybody = np.arange(len(self.begins)) if order is None else order
        known = everybody[self.begins[everybody] <= at]
        volumes = WeekVolumes(
            week=Week(START + at),
            client_ids=[self.client_ids[i] for i in known],
            first_week=(START + self.begins[known]).astype(np.int32),
            debit_minor=self.debit[known, at],
            credit_minor=self.credit[known, at],
            payments=self.payments[known, at],
        )
        return volumes, [self.tiers[i] for i in known]

    def restart(self, at: int) -> ShardState:
        """The state after week `at`, made anew from the history."""
        known = np.flatnonzero(self.begins <= at)
        return ShardState.from_history(
            [self.client_ids[i] for i in known],
            (START + self.begins[known]).astype(np.int32),
            self.debit[known, : at + 1],
            self.credit[known, : at + 1],
            START + at,
            self.payments[known, : at + 1],
        )

    def run(self, policy: Policy, state: ShardState | None = None, start: int = 0) -> Iterator[Verdicts]:
        """Step through the weeks from `start` on."""
        state = state or ShardState.empty()
        for at in range(start, self.debit.shape[1]):
            state, verdicts = step(state, *_with_policy(self.week(at), policy))
            yield verdicts


def _with_policy(week: tuple[WeekVolumes, list[str]], policy: Policy) -> tuple[WeekVolumes, Policy, list[str]]:
    return week[0], policy, week[1]


@pytest.fixture
def random_bank() -> Callable[..., Bank]:
    def make(seed: int, clients: int = 4, weeks: int = 80) -> Bank:
        rng = np.random.default_rng(seed)
        volumes = np.stack([_volumes(rng, clients, weeks) for _ in range(2)])
        begins = np.where(rng.random(clients) < 0.5, 0, rng.integers(0, weeks, clients))
        volumes[:, np.arange(weeks) < begins[:, None]] = 0
        ids = [f"C{i:0{rng.integers(1, 6)}d}x{i}" for i in rng.permutation(clients)]
        payments = rng.poisson(rng.choice([0.5, 4.0], (clients, weeks))) * (volumes != 0).any(axis=0)
        return Bank(ids, list(rng.choice(["A", "B", "Z"], clients)), begins, volumes[0], volumes[1], payments)

    return make


def _volumes(rng: np.random.Generator, clients: int, weeks: int) -> npt.NDArray[np.int64]:
    """Steady, silent, reversed and absurdly large weeks, with a change of level somewhere."""
    level = 10.0 ** rng.choice([0.3, 3, 6, 17.5], (clients, 1), p=[0.1, 0.5, 0.3, 0.1])
    changed = np.where(np.arange(weeks) < rng.integers(0, weeks + 1, (clients, 1)), 1.0, rng.choice([0.0, 0.3, 4]))
    noisy = level * changed * rng.lognormal(0, 0.3, (clients, weeks))
    noisy *= rng.choice([1.0, 0.0, -0.5], (clients, weeks), p=[0.85, 0.1, 0.05])
    return np.clip(noisy, -9e18, 9e18).astype(np.int64)


@pytest.fixture
def every_preset() -> Policy:
    """All comparisons, series and directions, stricter for tier A; a minimum effect that small change misses, and
    for tier B enough paid weeks, and more than its own noise.
    """
    return Policy("every", 2, "B", (_tier("A", 5, 10.0, 0, 0.0), _tier("B", 500, 0.0, 45, 1.5)))


def _tier(name: str, minimum_effect: int, stricter: float, fewest: int, own_noise: float) -> TierPolicy:
    falls = [
        Preset(baseline, series, Direction.FALL, -60.0 + stricter, None if series is Series.DEBIT else -80.0)
        for baseline in Baseline
        for series in Series
    ]
    rises = [Preset(baseline, series, Direction.RISE, 80.0, 200.0) for baseline in Baseline for series in Series]
    return TierPolicy(name, minimum_effect, (*falls, *rises), fewest, own_noise)


@pytest.fixture
def plainly() -> Callable[[Bank, int, int, Policy], Plain]:
    """All comparisons of one client in one week, from its whole history and nothing else."""

    def recompute(bank: Bank, client: int, at: int, policy: Policy) -> Plain:
        debit, credit = (
            [max(-MAX_WEEK_MINOR, min(MAX_WEEK_MINOR, int(volume))) for volume in volumes[client]]
            for volumes in (bank.debit, bank.credit)
        )
        series = {Series.DEBIT: debit, Series.CREDIT: credit}
        series[Series.TURNOVER] = [d + c for d, c in zip(debit, credit, strict=True)]
        series[Series.PAYMENTS] = [int(count) for count in bank.payments[client]]
        tiers = {tier.tier: tier for tier in policy.tiers}
        tier = tiers.get(bank.tiers[client], tiers[policy.default_tier])
        found: Plain = {}
        either = [d if d > 0 else c for d, c in zip(debit, credit, strict=True)]
        for name, volumes in series.items():
            money = either if name in (Series.TURNOVER, Series.PAYMENTS) else volumes
            for baseline, (a, b, c, d, need) in WINDOWS.items():
                if at - int(bank.begins[client]) + 1 < need:
                    continue
                now, before = volumes[at - a : at - b + 1], volumes[at - c : at - d + 1]
                actual, expected = np.float64(sum(now)) / len(now), np.float64(sum(before)) / len(before)
                percent = (actual - expected) / expected * 100.0 if expected > 0 else np.nan
                effect = abs(actual - expected) * 52
                if name is Series.PAYMENTS:  # the turnover that goes if it follows them
                    usual = np.float64(sum(series[Series.TURNOVER][at - c : at - d + 1])) / len(before)
                    effect = abs(percent) / 100.0 * max(usual, 0.0) * 52
                matters = effect >= tier.minimum_effect * 100
                matters &= _paid(either[max(0, at - 25) : at + 1]) > 0  # else it is gone
                money_before = money[max(at - c, at - 63, 0) : at - d + 1]
                matters &= _paid(money_before) >= math.ceil(tier.fewest_paid_weeks * (min(c, 63) - d + 1) / 52)
                remembered = money[max(0, at - 63) : at - a]
                matters &= _paid(remembered) >= min(tier.fewest_paid_weeks, c - d + 1)
                lately, usual = (
                    _of_a_week(now),
                    _of_a_week(volumes[max(at - a - 52, int(bank.begins[client])) : at - a]),
                )
                errors = [
                    _errors(abs(actual - expected), (recent, len(now)), (usual, len(before)))
                    for recent in (usual, max(lately, usual))
                ]
                matters &= errors[int(percent > 0)] >= tier.own_noise * (2.5 if percent > 0 else 1.0)
                alarms = percent > 0 or errors[0] >= tier.own_noise * 1.5
                grades = _grades(tier, name, baseline, percent, bool(matters))
                found[name, baseline] = (
                    float(percent),
                    {way: grade if alarms else min(grade, Grade.PROMPT) for way, grade in grades.items()},
                )
        return found

    return recompute


def _of_a_week(volumes: list[int]) -> float:
    """Half the mean square of what sums of four weeks, from the newest on, differ by; 0 of fewer than two."""
    newest_first = [float(volume) for volume in reversed(volumes)]
    sums = [sum(newest_first[at : at + 4]) for at in range(0, len(newest_first) - 3, 4)]
    squares = [(later - sooner) ** 2 for later, sooner in pairwise(sums)]
    return statistics.mean(squares) / 2 / 4 if squares else 0.0


def _errors(apart: float, *means: tuple[float, int]) -> float:
    """Standard errors, of means of so many weeks of such a variance."""
    error = math.sqrt(sum(variance / weeks for variance, weeks in means))
    return apart / error if error > 0 else math.inf


def _paid(volumes: list[int]) -> int:
    return sum(volume > 0 for volume in volumes)


def _grades(
    tier: TierPolicy, series: Series, baseline: Baseline, percent: float, matters: bool
) -> dict[Direction, Grade]:
    grades = dict.fromkeys(Direction, Grade.NONE)
    for preset in tier.presets:
        if (preset.series, preset.baseline) == (series, baseline) and matters:
            falls = preset.direction is Direction.FALL
            for grade in (Grade.PROMPT, Grade.ALARM):
                limit = preset.limit(grade)
                if limit is not None and (percent <= limit if falls else percent >= limit):
                    grades[preset.direction] = grade
    return grades
