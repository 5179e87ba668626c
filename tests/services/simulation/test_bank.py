"""The simulated bank of a run: whose people are greeted."""

from __future__ import annotations

import pytest

from feeds.simulated_bank import SimulatedBank
from schemas.weeks import parse_week
from services.simulation.bank import falling_branch

FIRST = parse_week("2024-W01")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_people_of_the_branch_with_most_fresh_falls_are_greeted(seed: int) -> None:
    """Counted anew from the truth: who is gone for long, or has only just begun to leave, is nobody to call."""
    bank, week = SimulatedBank(seed, 1500, 6, first_week=FIRST), FIRST + 130
    branch_of = {record.client_id: record.branch_id for at in range(131) for record in changes(bank, at)}
    falls = dict.fromkeys(branch_of.values(), 0)
    for leaver in bank.truth():
        if leaver.kind != "closed" and 6 < week - leaver.onset_week <= 26:
            falls[branch_of[leaver.client_id]] += 1
    assert falls[falling_branch(bank, week)] == max(falls.values()) > 1


def changes(bank: SimulatedBank, at: int) -> list:
    return bank.client_records() if at == 0 else bank.client_changes(FIRST + at)


def test_where_nobody_leaves_it_is_the_first_branch() -> None:
    assert falling_branch(SimulatedBank(1, 50, 3, first_week=FIRST, leaver_share=0.0), FIRST + 130) == "B001"
