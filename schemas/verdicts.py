"""What the detector says of one client's week: a grade and the arithmetic behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from schemas.weeks import Week


class Series(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"
    TURNOVER = "turnover"
    PAYMENTS = "payments"  # how many debits and credits there were; never money


class Direction(StrEnum):
    FALL = "fall"
    RISE = "rise"


class Baseline(StrEnum):
    """The four comparisons of the bank's practice, and the quickest plain one; windows in weeks, all ending before
    or with the week judged.
    """

    WEEK_VS_RECENT = "week_vs_recent"
    QUARTER_VS_QUARTER = "quarter_vs_quarter"
    QUARTER_VS_YEAR = "quarter_vs_year"
    QUARTER_VS_LAST_YEAR = "quarter_vs_last_year"
    EIGHT_WEEKS_VS_YEAR = "eight_weeks_vs_year"


HUNDREDTHS = 100  # of a payment: what weekly means of payments are counted in, as money is in minor units


class Grade(IntEnum):
    """Ordered: an alarm is worse than a prompt."""

    NONE = 0
    PROMPT = 1
    ALARM = 2


@dataclass(frozen=True, slots=True)
class Insufficient:
    """Too little history to compare: `seen` of `need` weeks. Never a zero."""

    seen: int
    need: int


class GroupKind(StrEnum):
    """Whom a client is judged beside."""

    BRANCH = "branch"
    INDUSTRY = "industry"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Common:
    """What most clients of a group did together, as far as a verdict was judged against it.

    `size_pct`: how far the group's median client moved in the leading comparison, 0.0 where only quiet weeks count.
    `quiet_weeks`: weeks in which the group rested and the client moved nothing, and which are no deviation.
    """

    kind: GroupKind
    name: str
    size_pct: float
    quiet_weeks: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One preset passed. Amounts are weekly means in minor units, of payments in HUNDREDTHS; percentages are
    signed, -38.0 = 38 % below.

    `judged_pct`: what is left of the deviation beside the client's group; None where nothing was common.
    `shift_weeks`: how much earlier than a year ago the expected quarter lies, so that a moving festival is in both.
    """

    series: Series
    baseline: Baseline
    weeks: int  # length of the window judged: 1, 8 or 13
    base_weeks: int  # length of the window it is judged against: 8, 13 or 52
    actual_minor: int
    expected_minor: int
    deviation_pct: float
    preset_pct: float  # the preset of `grade` that was passed
    grade: Grade
    judged_pct: float | None = None
    shift_weeks: int = 0


@dataclass(frozen=True, slots=True)
class LeaverScore:
    """A learned probability that the client is leaving. `raised`: the grade is its doing, not the presets'."""

    probability: float
    model_version: str
    raised: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """A client's week that passed a preset in one direction.

    `comparisons` holds every preset passed, worst first. `value_at_risk_minor` is what a year of turnover has lost
    (fall; 0 of a rise) against the last quarter. One that `common` explains in
    full has no grade and the comparisons it would have had. `calendar_version`: empty where no calendar was used.
    `score`: None where no model was in use, and of a rise. One that only the score raised has no comparisons.
    """

    client_id: str
    week: Week
    direction: Direction
    grade: Grade
    comparisons: tuple[Comparison, ...]
    value_at_risk_minor: int
    policy_version: str
    ledger_revision: int
    common: Common | None = None
    calendar_version: str = ""
    score: LeaverScore | None = None
