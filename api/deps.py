"""What the application is made of, handed in by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from api.keys import Keys
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

    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.clock().astimezone(self.calendar.zone).date()


def _deps_of(request: Request) -> ApiDeps:
    deps: ApiDeps = request.app.state.deps
    return deps


Deps = Annotated[ApiDeps, Depends(_deps_of)]
