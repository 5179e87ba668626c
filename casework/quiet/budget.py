"""A branch's weekly capacity for new alerts: who is let in first, and who waits.

Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A new alert that nobody has taken up. `rank_minor`: its `alert_worth`."""

    alert_id: str
    branch_id: str
    rank_minor: int


def alert_worth(value_at_risk_minor: int, chance: float | None = None) -> int:
    """What is at stake a year, as far as the client is likely to leave; all of it where no score says that."""
    return value_at_risk_minor if chance is None else round(value_at_risk_minor * chance)


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
