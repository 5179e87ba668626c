"""The lines of a case's timeline, taken apart: what is a code in them is shown as a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.http_cases import CaseEventBody
from schemas.vocabulary import CaseState

_SETS_STATE = frozenset({"opened", "reopened", "moved", "resumed"})


@dataclass(frozen=True, slots=True)
class Moment:
    """One line. `remedy`: the type it is about; `role`: of who joined; `state`: where it led, if it led on."""

    at: datetime
    actor: str
    what: str
    note: str | None
    state: CaseState | None = None
    remedy: str | None = None
    role: str | None = None


def moment_of(event: CaseEventBody) -> Moment:
    """An event of the case as the page tells it."""
    note = event.note
    state = event.state if event.what in _SETS_STATE else None
    if event.what.startswith("remedy.") and note:  # store.remedies.remedy_events: the type, and what was said
        remedy, _, said = note.partition(": ")
        return Moment(event.at, event.actor, event.what, said or None, state, remedy)
    if event.what == "member.joined" and note:  # acts.task_forces.join: the user, and the role
        user, _, role = note.rpartition(": ")
        return Moment(event.at, event.actor, event.what, user, state, None, role)
    return Moment(event.at, event.actor, event.what, note, state)
