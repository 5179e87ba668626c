"""A replay gives what the running detector gave, week by week."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.policy import Policy
from detector.replay import NO_END, History, replay
from detector.state import HISTORY_WEEKS
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
    )


@given(seed=st.integers(0, 2**32))
@FEW
def test_a_replay_grades_every_week_as_the_running_detector_does(
    seed: int, random_bank: Callable[..., Any], every_preset: Policy
) -> None:
    bank = random_bank(seed, clients=12)
    history = history_of(bank, np.full(12, NO_END, np.int32))
    first = Week(START + HISTORY_WEEKS)
    judged = list(bank.run(every_preset))
    for week, grade in replay(history, every_preset, first):
        verdicts = judged[week - START]
        expected = np.zeros((2, 12), np.int8)
        expected[:, [bank.client_ids.index(client_id) for client_id in verdicts.client_ids]] = verdicts.grade
        assert grade.tolist() == expected.tolist()


def test_a_closed_client_has_no_grade_after_its_end(random_bank: Callable[..., Any], every_preset: Policy) -> None:
    bank = random_bank(3, clients=40)
    first = Week(START + HISTORY_WEEKS)
    end = Week(first + 3)
    open_ended = dict(replay(history_of(bank, np.full(40, NO_END, np.int32)), every_preset, first))
    closed = dict(replay(history_of(bank, np.full(40, end, np.int32)), every_preset, first))
    assert any(grade.any() for week, grade in open_ended.items() if week > end)
    for week, grade in closed.items():
        assert grade.tolist() == (open_ended[week].tolist() if week <= end else np.zeros_like(grade).tolist())
