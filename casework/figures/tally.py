"""What the bank gets for it: counts of one branch that can be added up, and the rates they make.

What was never measured is None, not 0. Every figure is defined in docs/decisions/0018.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction

from casework.figures.durations import Moments
from casework.figures.trial import Arm
from casework.remedies.effect import BEFORE_WEEKS, FEWEST_BEFORE
from schemas.verdicts import Grade

TRUE = frozenset({"true_diversion", "true_decline"})
# What people say of an alert that settles whether it was right. Of `inconclusive` nobody knows.
JUDGED = TRUE | {"expected_event", "new_normal", "data_fault", "false_alarm"}
KEPT = frozenset({"saved", "partly_saved"})
WEEKS_A_YEAR = 52
_BPS = 10_000


@dataclass(slots=True)
class Tally:
    """What one branch, or several, did in a period. All of it adds up: nothing here is a rate or a median."""

    alerts: Counter[tuple[Grade, str | None]] = field(default_factory=Counter)  # grade, outcome
    falls: int = 0  # of the alerts
    falls_in_time: int = 0  # of these, with weeks left when they opened
    judged: Counter[tuple[str | None, bool]] = field(default_factory=Counter)  # policy version, was it true
    cases_opened: Counter[str] = field(default_factory=Counter)  # by state
    cases_closed: Counter[tuple[str, str]] = field(default_factory=Counter)  # truth, retention
    regained_minor: int = 0  # turnover a week, of the `measured` ones of the cases that were kept
    measured: int = 0
    spent_minor: int = 0  # on the closed cases
    concessions: int = 0  # running today
    conceded_pct_minor: int = 0  # sum of list price a month times percent given up: a hundred times the fee
    acknowledged: Moments = field(default_factory=Moments)
    formed: Moments = field(default_factory=Moments)
    contacted: Moments = field(default_factory=Moments)
    leads: list[int] = field(default_factory=list)  # weeks
    missed: int = 0  # departures without an alert
    gone: int = 0  # clients that people recorded as gone
    gone_lost_minor: int = 0  # turnover of their year before the fall began
    gone_warned: int = 0  # an alert opened before the last payment
    gone_tried: int = 0  # a case was about them while they fell
    treated: Arm = field(default_factory=Arm)
    held_out: Arm = field(default_factory=Arm)

    def __iadd__(self, other: Tally) -> Tally:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the alerts of one policy version that people have judged, how many were true."""

    policy_version: str | None
    judged: int
    true: int


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    made = Tally()
    for tally in tallies:
        made += tally
    return made


def precision(tally: Tally) -> list[Precision]:
    """By policy version; alerts whose version is not known come last."""
    versions = {version for version, _ in tally.judged}
    known = sorted(versions, key=lambda version: (version is None, version or ""))
    return [Precision(v, tally.judged[v, True] + tally.judged[v, False], tally.judged[v, True]) for v in known]


def save_rate(tally: Tally) -> float | None:
    """Kept cases of those that turned out to be about a client who was leaving or declining; 0 to 1."""
    true = [(retention, count) for (truth, retention), count in tally.cases_closed.items() if truth in TRUE]
    count = sum(number for _, number in true)
    return sum(number for retention, number in true if retention in KEPT) / count if count else None


def revenue_kept_minor(tally: Tally, margin_bps: int) -> int | None:
    """Income a year on the turnover that kept cases regained; None where none could be measured."""
    if not tally.measured:
        return None
    return round(Fraction(tally.regained_minor * WEEKS_A_YEAR * margin_bps, _BPS))


def monthly_minor(tally: Tally) -> int:
    """Fee income given up a month with the concessions that run today."""
    return round(Fraction(tally.conceded_pct_minor, 100))


def regained_minor(before_minor: int, before_weeks: int, after_minor: int, after_weeks: int) -> int | None:
    """Turnover a week after less before, from sums over so many weeks; None where there was too little before."""
    if before_weeks < FEWEST_BEFORE:
        return None
    return round(Fraction(after_minor, after_weeks) - Fraction(before_minor, min(before_weeks, BEFORE_WEEKS)))


def spent_minor(total_minor: int, starts_on: date, ends_on: date | None, ended_on: date | None) -> int:
    """What a remedy cost that ran: its total, of one that was ended early as much as the days it ran are of all."""
    if ended_on is None or ends_on is None or ended_on >= ends_on:
        return total_minor
    ran_days = max((ended_on - starts_on).days, 0)
    return round(Fraction(total_minor * ran_days, (ends_on - starts_on).days))
