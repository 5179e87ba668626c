"""What follows from an alert's closing: a new normal is judged from then on, an expected event is expected."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from casework.alerts.episodes import Episode
from casework.quiet.calendar import AFTER_AN_ALERT, LONGEST_WEEKS, Entry
from schemas.errors import NotAllowedByRules
from schemas.weeks import Week

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "ebbwatch.expected_event")


@dataclass(frozen=True, slots=True)
class Rebase:
    """The client's level is judged anew from this week on."""

    client_id: str
    week: Week


def consequences_of_closings(
    closed: Iterable[Episode], *, first_week: Week | None = None, last_week: Week | None = None
) -> list[Rebase | Entry]:
    """Of alerts that a person has just closed. Weeks: those of an expected event, by default the alert's own and
    four after them. Raises NotAllowedByRules for weeks in the wrong order, too many, or of another outcome.
    """
    found: list[Rebase | Entry] = []
    for episode in closed:
        if episode.outcome == "new_normal":
            # With the alert's first week the new level had been there for some weeks: long enough to begin with.
            found.append(Rebase(episode.client_id, episode.opened_week))
        if episode.outcome == "expected_event":
            found.append(_expected_event(episode, first_week, last_week))
        elif first_week is not None or last_week is not None:
            raise NotAllowedByRules(
                "first_week" if first_week is not None else "last_week", "is of expected events"
            )
    return found


def _expected_event(episode: Episode, first_week: Week | None, last_week: Week | None) -> Entry:
    first = episode.opened_week if first_week is None else first_week
    last = Week(episode.last_week + AFTER_AN_ALERT) if last_week is None else last_week
    if last < first:
        raise NotAllowedByRules("last_week", "ends before it begins")
    if last - first >= LONGEST_WEEKS:
        if last_week is not None:
            raise NotAllowedByRules("last_week", f"is more than {LONGEST_WEEKS} weeks after the first")
        first = Week(last - LONGEST_WEEKS + 1)  # of an alert that has lasted long, the weeks to come matter
    return Entry(
        entry_id=str(uuid.uuid5(_NAMESPACE, f"{episode.alert_id}/{episode.revision}")),
        scope="client",
        subject=episode.client_id,
        first_week=first,
        last_week=last,
        reason=episode.outcome_note or "expected_event",
        alert_id=episode.alert_id,
    )
