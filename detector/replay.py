"""Judging the past again: every week of a history by one policy, judged as the new ones are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints
from detector.comparisons.windows import LONGEST
from detector.judging import JudgedWeek, judge_week
from detector.leaver.history import Floats
from detector.leaver.past_scores import PastScores
from detector.policies.limits import Grades
from detector.policies.policy import Policy
from detector.quiet.surroundings import ALONE, Grouping, Surroundings, quiet_by_week
from detector.state import ShardState
from detector.step import WeekVolumes
from schemas.weeks import Week

NO_END = np.iinfo(np.int32).max  # last week of a client that has not closed


@dataclass(frozen=True, slots=True)
class ReplayedWeek:
    """What a week of n clients comes to. `grade`: int8 (2, n), of each one's fall and rise.

    Of falls: `value_at_risk_minor`, int64 (n,), zero without one, and `chance`, float64 (n,), that the client is
    leaving; NaN where no score was kept.
    """

    week: Week
    grade: Grades
    value_at_risk_minor: Ints
    chance: Floats


@dataclass(frozen=True, slots=True)
class History:
    """n clients by w weeks, the last of them `last_week`: int64 minor units, zero before a client's first week.

    `first_week`, `end_week`: int32 (n,), of each client; NO_END where it has not closed. `around`: the clients'
    groups, and what is known of the weeks in which they rested before those that are replayed.
    """

    client_ids: Sequence[str]
    tiers: Sequence[str]
    first_week: npt.NDArray[np.int32]
    end_week: npt.NDArray[np.int32]
    debit_minor: Ints
    credit_minor: Ints
    last_week: Week
    around: Surroundings = ALONE
    rebased_week: npt.NDArray[np.int32] | None = None  # (n,) of a new normal; 0 where there is none
    payments: Ints | None = None  # by weeks; None where nobody counted

    @property
    def weeks(self) -> int:
        return int(self.debit_minor.shape[1])

    @property
    def oldest_week(self) -> Week:
        return Week(self.last_week - self.weeks + 1)

    def take(self, at: npt.NDArray[np.intp], around: Surroundings = ALONE) -> History:
        """The history of some of the clients, with surroundings of their own."""
        return History(
            client_ids=[self.client_ids[place] for place in at],
            tiers=[self.tiers[place] for place in at],
            first_week=self.first_week[at],
            end_week=self.end_week[at],
            debit_minor=self.debit_minor[at],
            credit_minor=self.credit_minor[at],
            last_week=self.last_week,
            around=around,
            rebased_week=None if self.rebased_week is None else self.rebased_week[at],
            payments=None if self.payments is None else self.payments[at],
        )

    def judged_from(self, week: int) -> npt.NDArray[np.int32]:
        """First week that each client's `week` is judged with: that of a new normal, where there is one by then."""
        if self.rebased_week is None:
            return self.first_week
        later = (self.rebased_week <= week) & (self.rebased_week > self.first_week)
        return np.where(later, self.rebased_week, self.first_week)


def replay(
    history: History, policy: Policy, first: Week, scores: Mapping[Week, PastScores] = MappingProxyType({})
) -> Iterator[ReplayedWeek]:
    """Each week from `first` on. `scores`: of the clients, as judged then; presets alone speak in other weeks.

    What the history has before `first` is what the first week is judged against: state.HISTORY_WEEKS, or all since
    the clients began; ValueError where it does not reach that far. A week in which a client had not begun, or had
    closed, has no grade, and a client then belongs to no group.
    """
    at = first - history.oldest_week
    state = ShardState.from_history(
        history.client_ids,
        history.first_week,
        history.debit_minor[:, :at],
        history.credit_minor[:, :at],
        first - 1,
        None if history.payments is None else history.payments[:, :at],
    )
    quiet = dict(history.around.quiet_weeks)
    for place in range(at, history.weeks):
        week = Week(history.oldest_week + place)
        volumes = WeekVolumes(
            week,
            history.client_ids,
            history.judged_from(week),
            np.ascontiguousarray(history.debit_minor[:, place]),
            np.ascontiguousarray(history.credit_minor[:, place]),
            payments=None if history.payments is None else np.ascontiguousarray(history.payments[:, place]),
        )
        there = (history.first_week <= week) & (week <= history.end_week)
        groupings = tuple(
            Grouping(each.groups, np.where(there, each.of, np.int32(-1))) for each in history.around.groupings
        )
        around = replace(history.around, groupings=groupings, quiet_weeks=quiet)
        past = scores.get(week)
        judged = judge_week(
            state, volumes, policy, history.tiers, around, None if past is None else past.of_all(len(there))
        )
        state = judged.verdicts.state
        quiet = {at: groups for at, groups in quiet.items() if week - at < LONGEST}
        quiet[week] = quiet_by_week(judged.verdicts.movements).get(week, frozenset())
        yield _replayed(judged, there)


def _replayed(judged: JudgedWeek, there: npt.NDArray[np.bool_]) -> ReplayedWeek:
    grade, falls = judged.columns()
    shown = grade * there.astype(np.int8)
    return ReplayedWeek(judged.verdicts.week, shown, falls.value_at_risk_minor, falls.chance)
