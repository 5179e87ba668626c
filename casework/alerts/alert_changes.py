"""What has changed of an alert's numbers between the revision that a person saw and the one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.errors import StaleRevision
from schemas.messages import AlertMessage


@dataclass(frozen=True, slots=True)
class Change:
    """One of the numbers, as in the messages of both revisions."""

    what: Literal["grade", "value_at_risk", "week"]
    before: str
    after: str


class AlertChanged(StaleRevision):
    """A decision that rests on numbers was meant for others than there are now; amounts in `currency`."""

    def __init__(self, expected: int, actual: int, changes: Sequence[Change], currency: str) -> None:
        super().__init__(expected, actual)
        self.changes, self.currency = tuple(changes), currency
        said = ", ".join(f"{each.what} from {each.before} to {each.after}" for each in changes)
        self.args = (f"{self.args[0]}; since then: {said}",)


def changes(before: AlertMessage, after: AlertMessage) -> list[Change]:
    """The grade, the money and the last week with evidence, where they differ."""
    pairs = (
        Change("grade", before.grade, after.grade),
        Change("value_at_risk", before.value_at_risk, after.value_at_risk),
        Change("week", before.week, after.week),
    )
    return [each for each in pairs if each.before != each.after]
