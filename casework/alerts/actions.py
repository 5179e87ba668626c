"""What people may do with an alert. Each act gives the next revision, or the same episode where nothing changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, get_args

from msgspec import Meta, Struct

from casework.alerts.episodes import Episode, without_snooze
from casework.revisions import with_next_revision
from schemas.errors import Conflict, NotAllowedByRules
from schemas.vocabulary import AlertState, Outcome

_WAITING: frozenset[AlertState] = frozenset({"open", "held", "snoozed", "suppressed"})
_PEOPLE_SAY: frozenset[str] = frozenset(get_args(Outcome)) - {"gone", "withdrawn"}  # the figures say these


class SnoozeRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank sets."""

    longest_weeks: Annotated[int, Meta(ge=1, le=52)] = 13  # a quarter: by then the comparisons rest on new weeks


STANDARD_SNOOZE = SnoozeRules()


class AlertClosed(Conflict):
    """A closed alert takes no more acts."""

    def __init__(self, alert_id: str) -> None:
        super().__init__(f"alert {alert_id} is closed")
        self.alert_id = alert_id


class SnoozeNeedsReason(NotAllowedByRules):
    """A snooze without a reason."""

    def __init__(self) -> None:
        super().__init__("reason", "a snooze needs a reason")


class SnoozeOutOfRange(NotAllowedByRules):
    """A snooze that ends today, in the past, or too far ahead."""

    def __init__(self, until: date, today: date, weeks: int) -> None:
        last = today + timedelta(weeks=weeks)
        super().__init__("until", f"{until} is not after {today} and by {last} at the latest")
        self.until, self.weeks = until, weeks


class UnknownOutcome(NotAllowedByRules):
    """An outcome that people cannot give."""

    def __init__(self, outcome: str) -> None:
        super().__init__("outcome", f"{outcome!r} is none of {', '.join(sorted(_PEOPLE_SAY))}")


def acknowledge(episode: Episode, actor: str) -> Episode:
    """`actor` has seen it and, where nobody had it, takes it. Ends a snooze. Raises AlertClosed.

    What belongs to a case goes on belonging to it.
    """
    _check_open(episode)
    if episode.state not in _WAITING:
        return episode
    return with_next_revision(
        episode,
        state="in_case" if episode.snoozed_from == "in_case" else "acknowledged",
        snoozed_until=None,
        snooze_reason=None,
        snoozed_from=None,
        assignee=episode.assignee or actor,
        touched=True,
    )


def snooze(
    episode: Episode, until: date, reason: str, today: date, rules: SnoozeRules = STANDARD_SNOOZE
) -> Episode:
    """Leave it alone through `until`, a day in the bank's zone, or until a new alarm.

    Raises AlertClosed, SnoozeNeedsReason, SnoozeOutOfRange.
    """
    _check_open(episode)
    if not reason.strip():
        raise SnoozeNeedsReason
    if not today < until <= today + timedelta(weeks=rules.longest_weeks):
        raise SnoozeOutOfRange(until, today, rules.longest_weeks)
    return with_next_revision(
        episode,
        state="snoozed",
        snoozed_until=until,
        snooze_reason=reason.strip(),
        snoozed_from=episode.snoozed_from if episode.state == "snoozed" else episode.state,
        touched=True,
    )


def close(episode: Episode, outcome: Outcome, note: str | None) -> Episode:
    """Close it with what it turned out to be. The same closing twice is one. Raises AlertClosed, UnknownOutcome."""
    if outcome not in _PEOPLE_SAY:
        raise UnknownOutcome(outcome)
    said = note.strip() or None if note else None
    if episode.state == "closed" and episode.touched and (episode.outcome, episode.outcome_note) == (outcome, said):
        return episode
    _check_open(episode)
    settled = without_snooze(episode) if episode.state == "snoozed" else episode
    closed = replace(settled, state="closed", outcome=outcome, outcome_note=said, touched=True)
    return replace(closed, revision=episode.revision + 1)


def assign(episode: Episode, assignee: str | None) -> Episode:
    """Give it to `assignee`, or to nobody. Raises AlertClosed."""
    _check_open(episode)
    if episode.assignee == assignee:
        return episode
    return with_next_revision(episode, assignee=assignee, touched=True)


def take_into_case(episode: Episode) -> Episode:
    """It belongs to a case from now on. Ends a snooze. Raises AlertClosed."""
    _check_open(episode)
    if episode.state == "in_case":
        return episode
    return with_next_revision(
        episode, state="in_case", snoozed_until=None, snooze_reason=None, snoozed_from=None, touched=True
    )


def _check_open(episode: Episode) -> None:
    if episode.state == "closed":
        raise AlertClosed(episode.alert_id)
