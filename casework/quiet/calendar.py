"""Weeks in which less is expected of the bank, of a branch or of a client: what passes a preset in them waits.

Source: docs/decisions/0023-quiet.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schemas.errors import NotAllowedByRules
from schemas.vocabulary import EntryScope
from schemas.weeks import Week, format_week, week_of_date

LONGEST_WEEKS = 26  # half a year: what is expected for longer is a new normal
REST_DAYS = 3  # of a week's five working days: with so many holidays it is no week to raise alerts in
AFTER_AN_ALERT = 4  # weeks after an expected event's last evidence that the quarter's mean still shows it
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """Weeks first to last, inclusive. `subject`: the branch or client; empty for the bank."""

    entry_id: str
    scope: EntryScope
    subject: str
    first_week: Week
    last_week: Week
    reason: str
    alert_id: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Of one week. `everybody`: the bank's own, or public holidays."""

    everybody: bool = False
    branches: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()

    def covers(self, client_id: str, branch_id: str) -> bool:
        """Whether what a client of a branch passes this week waits."""
        return self.everybody or branch_id in self.branches or client_id in self.clients


NOTHING = Suppressions()


def new_entry(entry: Entry, this_week: Week) -> Entry:
    """`entry` as people may make it. NotAllowedByRules for weeks in the wrong order, too many, or over."""
    if entry.last_week < entry.first_week:
        raise NotAllowedByRules("last_week", "ends before it begins")
    if entry.last_week - entry.first_week >= LONGEST_WEEKS:
        raise NotAllowedByRules("last_week", f"is more than {LONGEST_WEEKS} weeks: close its alerts as new_normal")
    if entry.last_week < this_week:
        raise NotAllowedByRules("last_week", f"{format_week(entry.last_week)} is over")
    return entry


def suppressions(entries: Iterable[Entry], week: Week, rest_weeks: frozenset[Week]) -> Suppressions:
    """What the entries that hold `week`, and the weeks of public holidays, suppress in it."""
    found: dict[EntryScope, set[str]] = {"bank": set(), "branch": set(), "client": set()}
    for entry in entries:
        if entry.first_week <= week <= entry.last_week:
            found[entry.scope].add(entry.subject)
    return Suppressions(
        everybody=bool(found["bank"]) or week in rest_weeks,
        branches=frozenset(found["branch"]),
        clients=frozenset(found["client"]),
    )


def rest_weeks(holidays: Iterable[date]) -> frozenset[Week]:
    """The weeks of which at least REST_DAYS working days are holidays."""
    days = Counter(week_of_date(day) for day in set(holidays) if day.weekday() <= _FRIDAY)
    return frozenset(week for week, count in days.items() if count >= REST_DAYS)


def calendar_version(base: str, entries: Iterable[Entry]) -> str:
    """Names the calendar: two of one version suppress the same. `base`: country and edition of the holidays."""
    said = sorted(f"{e.scope}/{e.subject}/{e.first_week}/{e.last_week}" for e in entries)
    return f"{base}-{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:8]}"
