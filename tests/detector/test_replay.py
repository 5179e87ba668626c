"""A replay gives what the running detector gave, week by week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.groups import Movement
from detector.policies.policy import Policy
from detector.quiet.surroundings import ALONE, Surroundings, groupings_of, quiet_by_week
from detector.replay import NO_END, History, replay
from detector.state import HISTORY_WEEKS
from detector.step import step
from schemas.weeks import Week
from tests.detector.conftest import START

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def history_of(bank: Any, end_week: np.ndarray) -> History:
    return History(
        client_ids=bank.client_ids,
        tiers=bank.tiers,
        first_week=(START + bank.begins).astype(np.int32),
        end_week=end_week,
        debit_minor=bank.debit,
        credit_minor=bank.credit,
        last_week=Week(START + bank.debit.shape[1] - 1),
        payments=bank.payments,
    )


def grades(history: History, policy: Policy, first: Week) -> dict[Week, np.ndarray]:
    return {each.week: each.grade for each in replay(history, policy, first)}


@given(seed=st.integers(0, 2**32))
@FEW
def test_a_replay_grades_every_week_as_the_running_detector_does(
    seed: int, random_bank: Callable[..., Any], every_preset: Policy
) -> None:
    bank = random_bank(seed, clients=12)
    history = history_of(bank, np.full(12, NO_END, np.int32))
    first = Week(START + HISTORY_WEEKS)
    judged = list(bank.run(every_preset))
    for week, grade in grades(history, every_preset, first).items():
        verdicts = judged[week - START]
        expected = np.zeros((2, 12), np.int8)
        expected[:, [bank.client_ids.index(client_id) for client_id in verdicts.client_ids]] = verdicts.grade
        assert grade.tolist() == expected.tolist()


def test_a_closed_client_has_no_grade_after_its_end(random_bank: Callable[..., Any], every_preset: Policy) -> None:
    bank = random_bank(3, clients=40)
    first = Week(START + HISTORY_WEEKS)
    end = Week(first + 3)
    open_ended = grades(history_of(bank, np.full(40, NO_END, np.int32)), every_preset, first)
    closed = grades(history_of(bank, np.full(40, end, np.int32)), every_preset, first)
    assert any(grade.any() for week, grade in open_ended.items() if week > end)
    for week, grade in closed.items():
        assert grade.tolist() == (open_ended[week].tolist() if week <= end else np.zeros_like(grade).tolist())


def test_a_replay_is_judged_beside_the_groups_as_the_running_detector_is(
    random_bank: Callable[..., Any], every_preset: Policy
) -> None:
    """Half of the clients' branch rests in one week and halves later on."""
    bank = random_bank(11, clients=60)
    branches = ["B1" if client < 40 else "B2" for client in range(60)]
    for volumes in (bank.debit, bank.credit):
        volumes[:40, HISTORY_WEEKS + 2] = 0
        volumes[:40, HISTORY_WEEKS + 6 :] //= 3
    around = Surroundings(groupings_of(branches, [None] * 60))
    history = replace(history_of(bank, np.full(60, NO_END, np.int32)), around=around)
    first = Week(START + HISTORY_WEEKS)
    alone = grades(replace(history, around=ALONE), every_preset, first)
    found = grades(history, every_preset, first)
    movements: list[Movement] = []
    state = bank.restart(HISTORY_WEEKS - 1)
    for at in range(HISTORY_WEEKS, bank.debit.shape[1]):
        week, tiers = bank.week(at)
        places = [bank.client_ids.index(client_id) for client_id in week.client_ids]
        groupings = groupings_of([branches[place] for place in places], [None] * len(places))
        beside = Surroundings(groupings, quiet_by_week(movements))
        state, verdicts = step(state, week, every_preset, tiers, beside)
        movements += verdicts.movements
        assert found[week.week][:, places].tolist() == verdicts.grade.tolist()
    assert any(found[week].tolist() != alone[week].tolist() for week in found)
    assert any(movement.quiet for movement in movements)


def test_a_new_normal_is_judged_by_nothing_from_before_it(
    random_bank: Callable[..., Any], every_preset: Policy
) -> None:
    bank = random_bank(3, clients=40)
    first = Week(START + HISTORY_WEEKS)
    history = history_of(bank, np.full(40, NO_END, np.int32))
    rebased = replace(history, rebased_week=np.full(40, first + 2, np.int32))
    before, after = grades(history, every_preset, first), grades(rebased, every_preset, first)
    assert before[Week(first + 1)].tolist() == after[Week(first + 1)].tolist()
    assert before[Week(first + 3)].any()
    assert not after[Week(first + 3)].any()  # nothing to be compared with yet
