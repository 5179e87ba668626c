"""Who gets standard care so that the effect of a task force can be called one: a share of low-value prompts.

Drawn by the alert's id alone, so that nobody can choose, and everybody finds the same. Source: docs/decisions/0018.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from schemas.verdicts import Direction, Grade

LOTS = 10_000  # a share is told to a hundredth of a percent


@dataclass(frozen=True, slots=True)
class HoldOut:
    """What the bank sets: which share of the alerts below which value at risk (minor units a year)."""

    share: float = 0.0
    below_minor: int = 0

    @property
    def lots(self) -> int:
        """Lots below this number are held out: a greater share holds out all that a smaller one does."""
        return min(max(round(self.share * LOTS), 0), LOTS)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an alert was when it opened. Later figures would carry the effect of what was done about it."""

    alert_id: str
    direction: Direction
    grade: Grade
    value_at_risk_minor: int


def lot(alert_id: str) -> int:
    """The alert's number in the draw, 0 to LOTS - 1, each as likely as the others."""
    digest = hashlib.blake2b(alert_id.encode(), digest_size=8, person=b"holdout").digest()
    return int.from_bytes(digest) % LOTS


def takes_part(opening: Opening, rules: HoldOut) -> bool:
    """Whether it takes part in the draw. Of a rise there is nothing to save, and an alarm is never left alone."""
    falling_prompt = opening.direction is Direction.FALL and opening.grade is Grade.PROMPT
    return falling_prompt and opening.value_at_risk_minor < rules.below_minor


def is_held_out(opening: Opening, rules: HoldOut) -> bool:
    """Whether it gets standard care. What becomes an alarm later is treated like any other, and counted here."""
    return takes_part(opening, rules) and lot(opening.alert_id) < rules.lots
