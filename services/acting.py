"""Acts of a process or a command that ask for none of the bank's own rules."""

from __future__ import annotations

from acts.bank import Bank
from acts.performing import Performer
from services.parts import Parts


def performer_of(parts: Parts) -> Performer:
    return Performer(parts.store, Bank(parts.calendar, parts.settings.base_currency), parts.clock)
