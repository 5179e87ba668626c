"""New alerts of a replay that wait for room in their branch's week, let in as follow-up does.

Each replayed week is a week of work: what it raises is ranked beside what waited before. See docs/decisions/0022.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from casework.alerts.episodes import alert_id_of
from casework.alerts.income import STANDARD_MARGINS, Margins
from casework.policies.episode_columns import FALL, AlertNews, Bools, Episodes, GradedWeek
from casework.quiet.budget import Waiting, alert_worth, choose_admitted
from schemas.explanations import weeks_left
from schemas.verdicts import Direction
from schemas.weeks import Week

DIRECTIONS = (Direction.FALL, Direction.RISE)  # of the rows


@dataclass(frozen=True, slots=True)
class Capacity:
    """So many new alerts a branch and week, from the week `since` on; before it there is room for all.

    `client_ids`, `branches`, `tiers`: of each client, in the order of the columns. `onsets`: by client and week, as
    its fall was explained then; where it was not, all the time counts as left.
    """

    alerts: int
    since: int
    client_ids: Sequence[str]
    branches: Sequence[str]
    tiers: Sequence[str]
    margins: Margins = STANDARD_MARGINS
    onsets: Mapping[tuple[str, int], int] = field(default_factory=dict)


class Queue:
    """Who waits, and what each is worth by its newest evidence: int64 (2, n)."""

    __slots__ = ("_capacity", "_ids", "_worth")

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._worth = np.zeros((2, len(capacity.client_ids)), np.int64)
        self._ids: dict[tuple[int, int, int], str] = {}

    def admit(self, episodes: Episodes, week: GradedWeek) -> list[tuple[AlertNews, Bools]]:
        """After a week was judged: who comes up, and who has to wait of those that would have."""
        self._rank(episodes, week)
        waits = episodes.in_line
        places = {self._alert_id(episodes, way, at): (way, at) for way, at in np.argwhere(waits).tolist()}
        line = [
            Waiting(alert_id, self._capacity.branches[at], int(self._worth[way, at]))
            for alert_id, (way, at) in places.items()
        ]
        admitted = np.zeros_like(waits)
        for alert_id in choose_admitted(line, {}, self._capacity.alerts):
            admitted[places[alert_id]] = True
        new = episodes.up & waits & ~admitted
        return [*episodes.admit(week.week, admitted), (AlertNews.WAITED, new)]

    def _rank(self, episodes: Episodes, week: GradedWeek) -> None:
        for way, at in np.argwhere(episodes.in_line & (week.grade > 0)).tolist():
            chance = float(week.chance[at])
            known = way == FALL and not np.isnan(chance)
            value_minor = int(week.value_at_risk_minor[at]) if way == FALL else 0
            income_minor = self._capacity.margins.income_minor(value_minor, self._capacity.tiers[at])
            self._worth[way, at] = alert_worth(
                income_minor, chance if known else None, self._left(way, at, week.week)
            )

    def _left(self, way: int, at: int, week: Week) -> int | None:
        onset = self._capacity.onsets.get((self._capacity.client_ids[at], week)) if way == FALL else None
        return None if onset is None else weeks_left(onset, week).most

    def _alert_id(self, episodes: Episodes, way: int, at: int) -> str:
        key = (way, at, int(episodes.opened[way, at]))
        if key not in self._ids:
            self._ids[key] = alert_id_of(self._capacity.client_ids[at], DIRECTIONS[way], key[2])
        return self._ids[key]
