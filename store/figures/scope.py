"""Of which branches and weeks figures are wanted, and where they are added up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import sqlalchemy as sa

from casework.figures.durations import Moments
from casework.figures.tally import Tally
from schemas.weeks import WeekCalendar
from store.tables.clients import client

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


def join_moments(
    week: sa.ColumnElement[Any], at: sa.ColumnElement[Any]
) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """Weeks and UTC seconds of the rows with an `at`, each joined into a text in the order of the one scan.

    Two hundred thousand of them as rows would take a second.
    """
    at_s = sa.cast(sa.extract("epoch", at), sa.BigInteger)
    of_those = sa.case((at.is_not(None), week))
    weeks, seconds = (sa.func.aggregate_strings(sa.cast(each, sa.String), " ") for each in (of_those, at_s))
    return weeks, seconds


def split_moments(weeks: str | None, seconds: str | None) -> Moments:
    """What was joined, as columns; None where there was none."""
    if weeks is None or seconds is None:
        return Moments()
    return Moments(np.fromstring(weeks, np.int64, sep=" "), np.fromstring(seconds, np.int64, sep=" "))
