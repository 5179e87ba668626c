"""How much time of the staff an alert takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaffHours:
    """What an alert takes. Defaults: a prompt is half an hour with the client's weeks and a note; an alarm is two
    more, for a call or a visit and what is said of it.
    """

    a_prompt: float = 0.5
    an_alarm: float = 2.5
