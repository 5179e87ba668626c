"""The lines of a case's timeline, taken apart, so that the template can show a code in them as a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.http_cases import CaseEventBody
from schemas.vocabulary import CaseState

_SETS_STATE = frozenset({"opened", "reopened", "moved", "resumed"})


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line. `remedy`: the type it is about; `role`: of who joined; `state`: where it led, if it led on."""

    at: datetime
    actor: str
    what: str
    note: str | None
    state: CaseState | None = None
    remedy: str | None = None
    role: str | None = None


def timeline_line(event: CaseEventBody) -> CaseLine:
    """One line of an event; a remedy's type or a member's role is taken out of its note."""
    note = event.note
    state = event.state if event.what in _SETS_STATE else None
    if event.what.startswith("remedy.") and note:  # store.remedies.remedy_events: the type, and what was said
        remedy, _, said = note.partition(": ")
        return CaseLine(event.at, event.actor, event.what, said or None, state, remedy)
    if event.what == "member.joined" and note:  # acts.task_forces.join: the user, and the role
        user, _, role = note.rpartition(": ")
        return CaseLine(event.at, event.actor, event.what, user, state, None, role)
    return CaseLine(event.at, event.actor, event.what, note, state)
