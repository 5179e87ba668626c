"""A branch's weekly capacity for new alerts: who is let in first, and who waits.

Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.explanations import TRIAL_WEEKS

LEAST_TIME = 0.1  # of the weight, when the six months are over: a few can still be won back


@dataclass(frozen=True, slots=True)
class Waiting:
    """A new alert that nobody has taken up. `rank_minor`: its `alert_worth`."""

    alert_id: str
    branch_id: str
    rank_minor: int


def alert_worth(income_minor: int, chance: float | None = None, weeks_left: int | None = None) -> int:
    """Income at risk a year, as far as the client is likely to leave and as there is time left to act.

    `weeks_left` of the six months; where no score, or no onset, is known, all of it counts.
    """
    time = 1.0 if weeks_left is None else max(weeks_left / TRIAL_WEEKS[1], LEAST_TIME)
    return round(income_minor * (1.0 if chance is None else chance) * time)


def choose_admitted(waiting: Iterable[Waiting], used: Mapping[str, int], capacity: int) -> list[str]:
    """Ids of those that there is room for, the worthiest of each branch first. `used`: let in this week already,
    by branch. `capacity` 0: there is room for all.
    """
    ranked = sorted(waiting, key=lambda w: (-w.rank_minor, w.alert_id))
    if capacity == 0:
        return [each.alert_id for each in ranked]
    room: dict[str, int] = {}
    found = []
    for each in ranked:
        left = room.setdefault(each.branch_id, capacity - used.get(each.branch_id, 0))
        if left > 0:
            room[each.branch_id] = left - 1
            found.append(each.alert_id)
    return found
