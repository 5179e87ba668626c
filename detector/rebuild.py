"""Making one client's verdicts of one week again, from its history alone or with those it was judged beside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy.typing as npt
from numpy import int32

from detector.comparisons.windows import Ints
from detector.leaver.sharpen import Scores, sharpened
from detector.policies.policy import Policy
from detector.quiet.surroundings import ALONE, Surroundings
from detector.state import HISTORY_WEEKS, ShardState
from detector.step import WeekVolumes, step
from schemas.verdicts import Verdict
from schemas.weeks import Week

REBUILT_FROM = HISTORY_WEEKS + 1  # weeks, the judged one with them


def rebuild(
    client_ids: Sequence[str],
    tiers: Sequence[str],
    first_week: npt.NDArray[int32],
    debit_minor: Ints,
    credit_minor: Ints,
    week: Week,
    policy: Policy,
    ledger_revision: int,
    around: Surroundings = ALONE,
    scores: Scores | None = None,
) -> list[Verdict]:
    """What the detector says of n clients' week, those that their groups explain with them.

    Amounts: int64 (n, REBUILT_FROM), the last of them of `week`; zero before `first_week`. `scores`: of the
    clients, in their order; None where no model was in use.
    """
    before = (debit_minor[:, :-1], credit_minor[:, :-1])
    state = ShardState.from_history(client_ids, first_week, *before, week - 1)
    now = (debit_minor[:, -1].copy(), credit_minor[:, -1].copy())
    judged = WeekVolumes(week, client_ids, first_week, *now, ledger_revision)
    _, verdicts = step(state, judged, policy, tiers, around)
    said = verdicts.passed() if scores is None else sharpened(verdicts, scores)
    return [*said, *verdicts.explained()]
