"""Inputs that were judged wrongly, made anew: what each must come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from detector.policies.presets import default_policy
from detector.quiet.surroundings import Surroundings, groupings_of, quiet_by_week
from detector.state import ShardState
from detector.step import WeekVolumes, step
from schemas.verdicts import Direction, Verdict
from schemas.weeks import Week

REGULAR, FALLS_AT, WEEKS = 8, 90, 104


@dataclass
class Told:
    rests: set[int] = field(default_factory=set)
    verdicts: dict[int, list[tuple[int, Verdict]]] = field(default_factory=dict)  # by client

    def alarmed(self) -> set[int]:
        return {client for client, found in self.verdicts.items() if any(v.grade == 2 for _, v in found)}


def judged(units: np.ndarray, first_week: int = 0) -> Told:
    """One branch of a bank in pounds, tier C, turnover in units: (clients, weeks)."""
    ids, told, quiet = [f"C{i:04d}" for i in range(len(units))], Told(), {}
    nothing, begins = np.zeros(len(ids), np.int64), np.full(len(ids), first_week, np.int32)
    groups = groupings_of(["B1"] * len(ids), [None] * len(ids))
    state = ShardState.empty()
    for week in range(first_week, units.shape[1]):
        now = WeekVolumes(Week(week), ids, begins, nothing, (units[:, week] * 100).astype(np.int64))
        around = Surroundings(groups, quiet)
        state, verdicts = step(state, now, default_policy("GBP"), ["C"] * len(ids), around)
        quiet |= quiet_by_week(verdicts.movements)
        for verdict in verdicts.passed():
            told.verdicts.setdefault(ids.index(verdict.client_id), []).append((week, verdict))
    told.rests = set(quiet)
    return told


def regular(draw: np.random.Generator, clients: int = REGULAR) -> np.ndarray:
    """10,000 a week, then 2,000."""
    level = np.where(np.arange(WEEKS) < FALLS_AT, 10_000, 2_000)
    return level * draw.uniform(0.97, 1.03, (clients, WEEKS))


@cache
def sparse_bank() -> Told:
    draw = np.random.default_rng(4)
    paid = draw.random((400, WEEKS)) < 1 / 26
    return judged(np.concatenate([regular(draw), paid * draw.lognormal(9, 0.5, paid.shape)]))


def test_a_bank_of_sparse_clients_never_rests_and_who_falls_in_it_is_seen() -> None:
    assert sparse_bank().rests == set()
    assert sparse_bank().alarmed() == set(range(REGULAR))


def test_so_it_is_in_a_steady_bank() -> None:
    draw = np.random.default_rng(5)
    told = judged(np.concatenate([regular(draw), 5_000 * draw.uniform(0.9, 1.1, (60, WEEKS))]))
    assert told.rests == set()
    assert told.alarmed() == set(range(REGULAR))


def test_who_moves_money_in_weeks_of_rest_is_judged_on_it_and_no_fall_becomes_a_rise() -> None:
    draw = np.random.default_rng(6)
    units = 5_000 * draw.uniform(0.9, 1.1, (40, 120))
    units[0] = np.where(np.arange(120) < 80, 10_600, 1_318)
    units[1, 80:] = 0
    for week in (83, 84, 88, 89, 95, 96):
        units[2:, week] = 0
    told = judged(units)
    assert told.rests >= {83, 88, 95}
    assert {0, 1} <= told.alarmed()
    for found in told.verdicts.values():
        for _, verdict in found:
            falls = verdict.direction is Direction.FALL
            for compared in verdict.comparisons:
                left = compared.deviation_pct if compared.judged_pct is None else compared.judged_pct
                assert left <= 0 if falls else left >= 0


def test_a_week_of_rest_without_money_is_no_fall() -> None:
    draw = np.random.default_rng(7)
    units = 5_000 * draw.uniform(0.9, 1.1, (40, 100))
    units[:, [80, 81]] = 0
    told = judged(units)
    assert told.rests == {80, 81}
    assert told.verdicts == {}


def test_one_payment_or_four_raise_nothing() -> None:
    units = np.zeros((20, 90))
    units[:, 10:] = 4_000
    units[0], units[1], units[2] = 0, 0, 0
    units[0, 20] = 43_500
    units[1, [20, 24, 28, 31]] = 43_500
    units[2, [20, 40, 60, 61]] = 43_500
    assert judged(units).verdicts == {}


def test_purchases_and_cancellations_raise_nothing() -> None:
    units = np.full((20, 80), 4_000.0)
    units[0] = 0
    units[0, [20, 23, 31, 40]] = [3_794, 6, 3_200, -3_794]
    assert judged(units).verdicts == {}
