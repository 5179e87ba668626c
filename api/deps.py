"""What the application is made of, handed in by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from acts.bank import Bank, BankRules
from acts.performing import Performer
from acts.replays import Replays
from api.desk_config import DeskConfig
from api.keys import Keys
from casework.alerts.buckets import AsOf
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from schemas.weeks import WeekCalendar
from store.unit_of_work import Store
from telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class ApiDeps:
    """`clock` gives aware instants. `readiness` gives for each part None, or in a few words what it lacks."""

    store: Store
    metrics: Metrics
    clock: Callable[[], datetime]
    calendar: WeekCalendar
    base_currency: str
    keys: Keys
    readiness: Callable[[], Mapping[str, str | None]]
    rules: BankRules = field(default_factory=BankRules)
    policy: Policy = field(default_factory=lambda: default_policy("HKD"))
    replays: Replays = field(default_factory=Replays)
    desk: DeskConfig = field(default_factory=DeskConfig)

    @property
    def bank(self) -> Bank:
        """What acts know of the bank."""
        return Bank(self.calendar, self.base_currency, self.rules, self.policy)

    @property
    def performer(self) -> Performer:
        """For what people do."""
        return Performer(self.store, self.bank, self.clock)

    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.bank.day_of(self.clock())

    def as_of(self) -> AsOf:
        """By what the alerts stand in their buckets now."""
        return self.bank.as_of(self.clock())


def _deps_of(request: Request) -> ApiDeps:
    deps: ApiDeps = request.app.state.deps
    return deps


Deps = Annotated[ApiDeps, Depends(_deps_of)]
