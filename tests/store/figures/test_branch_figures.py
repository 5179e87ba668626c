"""Figures are what a plain recomputation of the same rows gives, on both databases."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.alerts.holdout import HoldOut
from casework.figures.durations import Moments
from casework.figures.tally import Tally
from casework.figures.trial import Arm
from store.figures import branch_figures
from store.figures.scope import Scope
from store.unit_of_work import Store
from tests.store.figures_banks import CALENDAR, TODAY, W, a_bank
from tests.store.figures_oracle import Oracle

HOLD_OUT = HoldOut(0.4, 1500)
_SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def load(store: Store, first: int = W - 52, end: int = W + 1, **branches: str) -> dict[str, Tally]:
    with store.read() as tx:
        return dict(branch_figures.load_tallies(tx, Scope(first, end, TODAY, CALENDAR, **branches), HOLD_OUT))


def pairs(moments: Moments) -> list[tuple[int, int]]:
    return sorted(zip(moments.weeks.tolist(), moments.done_s.tolist(), strict=True))


def plain(tally: Tally) -> list[Any]:
    """All of it in an order of its own: the database's is none."""
    parts = [getattr(tally, each.name) for each in fields(tally)]
    return [
        pairs(part) if isinstance(part, Moments) else sorted(part) if isinstance(part, list) else part
        for part in parts
    ]


def test_figures_are_what_a_plain_recomputation_gives(store: Store) -> None:
    @_SOME
    @given(st.integers(0, 2**32), st.sampled_from([13, 52, 80]))
    def check(seed: int, weeks: int) -> None:
        bank = a_bank(seed)
        bank.keep(store)
        oracle = Oracle(bank, W - weeks, W + 1)
        found = load(store, W - weeks)
        assert set(found) == {row["branch_id"] for row in bank.clients}
        for branch, tally in found.items():
            _compare(oracle, branch, tally)

    check()


def _compare(oracle: Oracle, branch: str, tally: Tally) -> None:
    assert tally.alerts == oracle.alerts(branch)
    assert tally.judged == oracle.judged(branch)
    assert tally.cases_opened == oracle.cases_opened(branch)
    assert tally.cases_closed == oracle.cases_closed(branch)
    regained = oracle.regained(branch)
    assert (tally.measured, tally.regained_minor) == (len(regained), sum(regained))
    assert tally.spent_minor == oracle.spent(branch)
    assert (tally.concessions, tally.conceded_pct_minor) == oracle.concessions(branch)
    assert pairs(tally.acknowledged) == oracle.acknowledged(branch)
    assert pairs(tally.formed) == oracle.formed(branch)
    assert pairs(tally.contacted) == oracle.contacted(branch)
    leads = oracle.leads(branch)
    assert sorted(tally.leads) == sorted(lead for lead in leads if lead is not None)
    assert tally.missed == leads.count(None)
    arms = oracle.arms(branch, HOLD_OUT.lots, HOLD_OUT.below_minor)
    assert {True: tally.held_out, False: tally.treated} == {side: Arm(*arm) for side, arm in arms.items()}


def test_a_reader_of_one_branch_gets_that_one_alone(store: Store) -> None:
    a_bank(5).keep(store)
    everything = load(store)
    assert set(everything) == {"B1", "B2"}
    for branch, tally in everything.items():
        for alone in (load(store, only_branch=branch), load(store, branch=branch)):
            assert list(alone) == [branch]
            assert plain(alone[branch]) == plain(tally)
    assert load(store, only_branch="B1", branch="B2") == {}
    assert load(store, branch="nowhere") == {}
