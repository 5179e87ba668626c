"""Why we think that a client leaves: since when, how long is left, what it looks like, and the numbers behind it.

Source: docs/decisions/0024-explanations.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from schemas.weeks import Week

UNUSUAL_SILENCE = 2  # weeks without a payment beyond the longest habit, before they are worth a word
TRIAL_WEEKS = (13, 26)  # clients try another bank for three to six months before the decision is made


class Label(StrEnum):
    """What a fall looks like: the best supported one; unknown where none is supported well enough to say so."""

    LEAVING = "leaving"  # business goes to another bank
    SHRINKING = "shrinking"  # the client's own business is smaller, as its industry's is
    SEASONAL = "seasonal"  # it did the same a year ago
    FEED_FAULT = "feed_fault"  # the figures are missing, not the business
    UNKNOWN = "unknown"  # it falls, and nothing tells why


SUPPORTED = (Label.LEAVING, Label.SHRINKING, Label.SEASONAL, Label.FEED_FAULT)  # those that evidence can speak for


class Strength(StrEnum):
    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"


class FindingKind(StrEnum):
    """What a pair of numbers is; `before` and `after` of each are said in docs/decisions/0024-explanations.md."""

    CREDITS = "credits"
    DEBITS = "debits"
    REGULAR_DEBITS = "regular_debits"
    QUARTER_BEFORE = "quarter_before"
    LAST_YEAR = "last_year"
    SAME_WEEKS_LAST_YEAR = "same_weeks_last_year"
    INDUSTRY = "industry"
    BRANCH_EVENTS = "branch_events"
    WITHOUT_FEED_GAPS = "without_feed_gaps"
    VALUE_AT_RISK = "value_at_risk"


class Span(NamedTuple):
    """Weeks `first` to `last`, both of them included."""

    first: Week
    last: Week


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of evidence: change_pct = (after - before) / before * 100; None where nothing was before.

    Values are weekly means in minor units, but events a week for BRANCH_EVENTS; INDUSTRY is a median of changes and
    has no values. `count`: clients of the sample, or weeks left out as feed gaps; else None.
    """

    kind: FindingKind
    before_weeks: Span
    after_weeks: Span
    before: int | None
    after: int | None
    change_pct: float | None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of one client as of the end of `week`, from nothing later. `support`: of each of SUPPORTED, 0 to 1.

    `onset_week`: the first week that is lower; with four chances in five it lies from `onset_earliest` to
    `onset_latest`. `version` is that of the rules. `silent_weeks`: without a payment up to `week`;
    `usual_silent_weeks`: the longest such run of the year before the onset, or of what is known of it.
    """

    week: Week
    onset_week: Week
    onset_earliest: Week
    onset_latest: Week
    label: Label
    strength: Strength
    support: tuple[float, float, float, float]
    findings: tuple[Finding, ...]
    version: int
    silent_weeks: int = 0
    usual_silent_weeks: int = 0

    def finding(self, kind: FindingKind) -> Finding | None:
        return next((found for found in self.findings if found.kind is kind), None)


def is_unusually_silent(silent_weeks: int, usual_silent_weeks: int) -> bool:
    """Whether that no payment came is news of this client."""
    return silent_weeks >= usual_silent_weeks + UNUSUAL_SILENCE


class WeeksLeft(NamedTuple):
    """Whole weeks, never negative, until three and until six months from the onset are over."""

    least: int
    most: int

    @property
    def over(self) -> bool:
        return self.most == 0


def weeks_left(onset_week: int, last_week: int) -> WeeksLeft:
    """What is left of the client's trial of another bank at the end of `last_week`."""
    gone = last_week - onset_week + 1
    least, most = (max(0, weeks - max(0, gone)) for weeks in TRIAL_WEEKS)
    return WeeksLeft(least, most)
