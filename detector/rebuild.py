"""Making one client's verdicts of one week again, alone, from its history."""

from __future__ import annotations

import numpy as np

from detector.policy import Policy
from detector.state import HISTORY_WEEKS, ShardState
from detector.step import WeekVolumes, step
from detector.windows import Ints
from schemas.verdicts import Verdict
from schemas.weeks import Week

REBUILT_FROM = HISTORY_WEEKS + 1  # weeks, the judged one with them


def rebuild(
    client_id: str,
    tier: str,
    first_week: int,
    debit_minor: Ints,
    credit_minor: Ints,
    week: Week,
    policy: Policy,
    ledger_revision: int,
) -> list[Verdict]:
    """What the detector says of a client's week, at most one verdict a direction.

    Amounts: int64 (REBUILT_FROM,), the last of them of `week`; zero before `first_week`.
    """
    begins = np.array([first_week], np.int32)
    before = (debit_minor[None, :-1], credit_minor[None, :-1])
    state = ShardState.from_history([client_id], begins, *before, week - 1)
    judged = WeekVolumes(week, [client_id], begins, debit_minor[-1:], credit_minor[-1:], ledger_revision)
    _, verdicts = step(state, judged, policy, [tier])
    return list(verdicts.passed())
