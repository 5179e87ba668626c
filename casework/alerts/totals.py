"""A list of alerts added up: by grade, by bucket, and what of it can still be saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.buckets import SAVABLE, Bucket
from schemas.verdicts import Direction, Grade


class Counted(NamedTuple):
    """Alerts that are alike: how many, and their value and income at risk together, minor units.

    `bucket`: None for closed ones. `waits`: for room in the branch's week.
    """

    bucket: Bucket | None
    grade: Grade
    direction: Direction
    waits: bool
    number: int
    at_risk_minor: int
    income_minor: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Of some alerts."""

    counts: Sequence[Counted]

    def only(self, wanted: Callable[[Counted], bool]) -> Totals:
        """Of those that are wanted."""
        return Totals([each for each in self.counts if wanted(each)])

    def in_bucket(self, bucket: Bucket) -> Totals:
        return self.only(lambda each: each.bucket == bucket)

    @property
    def savable(self) -> Totals:
        """Of what can still be saved: falls that are new, in work or snoozed."""
        return self.only(lambda each: each.bucket in SAVABLE and each.direction is Direction.FALL)

    @property
    def count(self) -> int:
        return sum(each.number for each in self.counts)

    @property
    def alarms(self) -> int:
        return sum(each.number for each in self.counts if each.grade is Grade.ALARM)

    @property
    def prompts(self) -> int:
        return sum(each.number for each in self.counts if each.grade is Grade.PROMPT)

    @property
    def at_risk_minor(self) -> int:
        return sum(each.at_risk_minor for each in self.counts)

    @property
    def income_minor(self) -> int:
        return sum(each.income_minor for each in self.counts)
