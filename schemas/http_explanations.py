"""HTTP bodies of why a fall is thought to be one."""

from __future__ import annotations

from pydantic import Field

from schemas.http import Body, Money
from schemas.vocabulary import FindingName, LabelName, StrengthName


class SpanBody(Body):
    """Weeks `first` to `last`, both of them included."""

    first: str = Field(examples=["2025-W03"])
    last: str


class FindingBody(Body):
    """One piece of evidence: change_pct = (after - before) / before * 100; null where nothing was before.

    `before` and `after` are weekly means over their weeks, in the alert's currency; of `branch_events`, events a
    week of `count` clients; of `industry`, null: its change is the median of `count` clients. `regular_debits`:
    median of the largest week in each five. `without_feed_gaps`: `count` weeks are left out. `value_at_risk`: the
    alert's is (before - after) times the weeks before, up to 52, of which the greatest counts as the second
    greatest.
    """

    kind: FindingName
    before_weeks: SpanBody
    after_weeks: SpanBody
    before: Money | None
    after: Money | None
    change_pct: float | None
    count: int | None


class SupportBody(Body):
    """How well each label is supported, 0 to 1: leaving by no more than the learned chance, a season by no more
    than what that leaves. Unknown is what none of them is well enough for.
    """

    leaving: float
    shrinking: float
    seasonal: float
    feed_fault: float


class ExplanationBody(Body):
    """Why a fall is thought to be one, as of the end of the alert's `week` and from nothing later.

    `onset_week`: the first week that is lower; with four chances in five it lies from `onset_earliest` to
    `onset_latest`. Weeks left of the three to six months in which a client tries another bank: 0 and 0 when over.
    `label` is the best supported one, `strength` how well, weak of unknown; `version` that of the rules.
    `silent_weeks`: without a payment up to `week`; `usual_silent_weeks`: the longest such run of the year before
    the onset.
    """

    onset_week: str = Field(examples=["2025-W48"])
    onset_earliest: str
    onset_latest: str
    weeks_left_least: int
    weeks_left_most: int
    label: LabelName
    strength: StrengthName
    support: SupportBody
    evidence: list[FindingBody]
    version: int
    silent_weeks: int = 0
    usual_silent_weeks: int = 0
