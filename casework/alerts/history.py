"""History is not news: what is judged of weeks long past is kept, and people are told of what still stands.

Source: docs/decisions/0030-history.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from casework.alerts.episodes import Episode
from casework.revisions import with_next_revision
from schemas.weeks import Week

HISTORY_WEEKS = 13  # a quarter: whatever is told of a week that old comes too late for anybody to act on


@dataclass(frozen=True, slots=True)
class NewsRule:
    """Which weeks are news: from `first_week` on, or where it is None those at most a quarter old at first."""

    first_week: Week | None = None

    def begins(self, this_week: Week) -> Week:
        """The first week that is news, of those judged for the first time in the calendar week `this_week`."""
        return Week(this_week - HISTORY_WEEKS) if self.first_week is None else self.first_week

    def is_history(self, week: int, this_week: Week) -> bool:
        """Whether what is judged of `week`, for the first time, in the calendar week `this_week` is no news."""
        return week < self.begins(this_week)


def keep_untold(changed: Iterable[Episode]) -> list[Episode]:
    """The episodes that a week of history changed: nobody is told of those that it began."""
    return [replace(each, told=False) if each.revision == 1 else each for each in changed]


def find_standing(current: Iterable[Episode], changed: Iterable[Episode]) -> list[Episode]:
    """Of the episodes as a week leaves them, those that still stand and that nobody has been told of.

    `current`: those that were not closed before it. `changed`: those that it changed.
    """
    after = {each.alert_id: each for part in (current, changed) for each in part}
    return [each for each in after.values() if not each.told and _stands(each)]


def tell(changed: Iterable[Episode], standing: Collection[Episode], week: Week) -> list[Episode]:
    """`changed` with those of `standing` told, each one revision past what is stored; by client and direction."""
    after = {each.alert_id: each for each in changed}
    for each in standing:
        if each.alert_id in after:
            after[each.alert_id] = replace(each, told=True)
        else:
            after[each.alert_id] = with_next_revision(each, told=True, quiet_weeks=max(0, week - each.last_week))
    return sorted(after.values(), key=lambda each: (each.client_id, each.direction))


def _stands(episode: Episode) -> bool:
    return episode.state != "closed" and episode.recovered_week is None
