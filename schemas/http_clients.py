"""HTTP bodies of clients and their weekly activity. Weeks: ``2026-W02``."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from schemas.http import Body, Money
from schemas.vocabulary import ClientState, GradeName, GroupName, WeekStateName


class ClientBody(Body):
    """One client. `alert` is the grade of its worst alert that is not closed."""

    client_id: str = Field(examples=["C000123"])
    name: str
    kind: str
    branch_id: str = Field(examples=["B014"])
    tier: str = Field(examples=["A"])
    industry: str | None
    relationship_manager: str | None
    opened_on: date | None
    closed_on: date | None
    state: ClientState
    alert: GradeName | None
    first_week: str | None = Field(examples=["2024-W10"], description="first week with activity")


class Averages(Body):
    """Weekly averages before the week: 8, 13 and 52 weeks. Null where the history is shorter."""

    recent: Money | None
    quarter: Money | None
    year: Money | None


class Baselines(Body):
    """Averages of each series; turnover is debit and credit together."""

    debit: Averages
    credit: Averages
    turnover: Averages


class WeekBody(Body):
    """One week's volume. A silent week has zeros; only a closed one is final.

    `suppressed`: after the calendar of today alerts do not begin in it. `beside`: a preset was passed, but only
    together with this group, so that it raised nothing.
    """

    week: str = Field(examples=["2026-W02"])
    state: WeekStateName
    debit: Money
    credit: Money
    debit_count: int
    credit_count: int
    baselines: Baselines
    suppressed: bool = False
    beside: GroupName | None = None


class ActivityBody(Body):
    """A client's weeks, oldest first."""

    client_id: str
    currency: str = Field(examples=["HKD"])
    weeks: list[WeekBody]
