"""Of which branches and weeks figures are wanted, and where they are added up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa

from casework.figures import Tally
from schemas.weeks import WeekCalendar
from store.tables import client

Tallies: TypeAlias = defaultdict[str, Tally]  # by branch
# What is needed to read a client's weeks and to count it.
OF_CLIENT = (client.c.client_id, client.c.branch_id, client.c.shard, client.c.first_week, client.c.last_week)


@dataclass(frozen=True, slots=True)
class Scope:
    """The weeks [first_week, end_week), and branches. `only_branch`: all the reader may see; None for all."""

    first_week: int
    end_week: int
    today: date
    calendar: WeekCalendar
    only_branch: str | None = None
    branch: str | None = None

    @property
    def branches(self) -> list[sa.ColumnElement[bool]]:
        """Conditions on the client, which counts for the branch it has today, as in every list."""
        return [client.c.branch_id == b for b in (self.only_branch, self.branch) if b is not None]

    def within(self, week: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """The week lies in the period."""
        return sa.and_(week >= self.first_week, week < self.end_week)
