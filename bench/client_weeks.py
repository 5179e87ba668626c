"""Clients' weeks as the bench judges them: whole histories in, grades and deviations of every week out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.readings import read
from detector.comparisons.windows import LAGS, LONGEST
from detector.policies.policy import Policy
from detector.quiet.surroundings import Surroundings
from detector.state import ShardState, payments_of
from detector.step import WeekVolumes, step
from feeds.simulated_bank import SimulatedBank
from schemas.weeks import Week, parse_week

FIRST_WEEK = parse_week("2021-W01")
HORIZON = 260
NEVER = 2**30

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """`debit`, `credit`: int64 minor units (n, T), oldest week first. `begins`: (n,) first week with any volume."""

    client_ids: list[str]
    tiers: list[str]
    debit: Ints
    credit: Ints
    payments: Ints | None = None  # None: one where there was any turnover

    @property
    def weeks(self) -> int:
        return self.debit.shape[1]

    @property
    def begins(self) -> Ints:
        active = (self.debit != 0) | (self.credit != 0)
        return np.where(active.any(axis=1), active.argmax(axis=1), NEVER)


def simulated(seed: int, clients: int, leaver_share: float | None = None) -> tuple[SimulatedBank, History]:
    """A bank and its whole history of HORIZON weeks."""
    share = {} if leaver_share is None else {"leaver_share": leaver_share}
    bank = SimulatedBank(seed, clients, first_week=FIRST_WEEK, horizon=HORIZON, **share)
    last = FIRST_WEEK + HORIZON - 1
    debit, credit = bank.weekly(FIRST_WEEK, last)
    return bank, History(bank.client_ids, bank.tiers, debit, credit, bank.payments(FIRST_WEEK, last))


def grades(history: History, policy: Policy) -> npt.NDArray[np.int8]:
    """The product's own judgement, week by week: int8 (T, 2, n), fall and rise."""
    state, begins, found = ShardState.empty(), history.begins, []
    for week in range(history.weeks):
        known = np.flatnonzero(begins <= week)
        volumes = WeekVolumes(
            week=Week(week),
            client_ids=[history.client_ids[i] for i in known],
            first_week=begins[known].astype(np.int32),
            debit_minor=history.debit[known, week],
            credit_minor=history.credit[known, week],
            payments=None if history.payments is None else history.payments[known, week],
        )
        state, verdicts = step(state, volumes, policy, [history.tiers[i] for i in known], Surroundings())
        grade = np.zeros((2, len(begins)), np.int8)
        grade[:, known] = verdicts.grade
        found.append(grade)
    return np.stack(found)


def deviations(history: History, minimum_effect_minor: Ints) -> npt.NDArray[np.float64]:
    """Percent of every comparison, float64 (T, comparison, n), NaN where there is none or the effect is too little.

    Axis 1 is (pair, series) flattened. `minimum_effect_minor`: (n,).
    """
    payments = payments_of(history.debit, history.credit, history.payments)
    volumes = np.stack([history.debit, history.credit, payments])
    total = np.cumsum(np.pad(volumes, ((0, 0), (0, 0), (LONGEST, 0))), axis=2)
    begins, found = history.begins, []
    for week in range(history.weeks):
        readings = read({lag: total[:, :, week + LONGEST - lag] for lag in LAGS}, week + 1 - begins)
        percent = np.where(readings.effect_minor >= minimum_effect_minor, readings.deviation_pct, np.nan)
        found.append(percent.reshape(-1, len(begins)))
    return np.stack(found)
