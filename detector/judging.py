"""A week's verdicts as they are raised: the step's, with what the learned score adds.

The running detector, rebuilding and replays of the past all judge with this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints
from detector.leaver.sharpen import Falls, Scores, sharpen_falls, sharpen_verdicts
from detector.policies.limits import DIRECTIONS, Grades
from detector.policies.policy import Policy
from detector.quiet.surroundings import ALONE, Surroundings
from detector.state import HISTORY_WEEKS, ShardState
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.verdicts import Direction, Verdict

JUDGED_FROM_WEEKS = HISTORY_WEEKS + 1  # weeks that a week is judged from, itself with them


@dataclass(frozen=True, slots=True)
class JudgedWeek:
    """A week's `verdicts` by presets, and the `scores` of its clients; None where no model was in use.

    Read it before the next step: what the score raises is worked out from the verdicts' state.
    """

    verdicts: Verdicts
    scores: Scores | None

    def raised(self) -> Iterator[Verdict]:
        """A verdict for each client and direction that presets or the score raise."""
        return self.verdicts.passed() if self.scores is None else sharpen_verdicts(self.verdicts, self.scores)

    def columns(self) -> tuple[Grades, Falls]:
        """The same over all clients: grades, int8 (2, n), fall and rise; and the falls, whose chance is NaN without
        scores.
        """
        verdicts, grade = self.verdicts, self.verdicts.grade.copy()
        if self.scores is None:
            return grade, Falls(verdicts.fall, verdicts.value_at_risk_minor, np.full(len(verdicts.fall), np.nan))
        falls = sharpen_falls(verdicts, self.scores)
        grade[DIRECTIONS.index(Direction.FALL)] = falls.grade
        return grade, falls


def judge_week(
    state: ShardState,
    week: WeekVolumes,
    policy: Policy,
    tiers: Sequence[str],
    around: Surroundings = ALONE,
    scores: Scores | None = None,
) -> JudgedWeek:
    """1. Step (see detector.step.step: arguments and errors). 2. Set the scores beside the verdicts."""
    _, verdicts = step(state, week, policy, tiers, around)
    return JudgedWeek(verdicts, scores)


def judge_from_history(
    week: WeekVolumes,
    debit_minor: Ints,
    credit_minor: Ints,
    policy: Policy,
    tiers: Sequence[str],
    around: Surroundings = ALONE,
    scores: Scores | None = None,
    payments: Ints | None = None,
) -> JudgedWeek:
    """The same without a state, from the weeks before: int64 (n, HISTORY_WEEKS), zero before a `first_week`."""
    first_week: npt.NDArray[np.int32] = week.first_week
    before = (debit_minor, credit_minor, week.week - 1, payments)
    state = ShardState.from_history(week.client_ids, first_week, *before)
    return judge_week(state, week, policy, tiers, around, scores)
