"""Does a task force help? Clients of alerts that got one against clients of alerts held out by lot.

Source: docs/decisions/0018. The interval is Newcombe's hybrid score interval without continuity correction,
method 10 of Statistics in Medicine 17 (1998), which holds for few alerts and for rates near 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from casework.cases.retention import AFTER_WEEKS
from casework.cases.retention_rules import STANDARD, RetentionRules

SETTLED_WEEKS = 26  # after the alert's week: a half-year, as for a case
_Z = 1.959964  # 95 % between


@dataclass(frozen=True, slots=True)
class Arm:
    """One side: alerts whose half-year is over, and those of them whose client was kept."""

    count: int = 0
    kept: int = 0

    @property
    def rate(self) -> float | None:
        """0 to 1; None where nobody is in it."""
        return self.kept / self.count if self.count else None

    def __add__(self, other: Arm) -> Arm:
        return Arm(self.count + other.count, self.kept + other.kept)


@dataclass(frozen=True, slots=True)
class Difference:
    """Rate of the treated less that of the held out, and its 95 % confidence interval; each -1 to 1."""

    rate: float
    low: float
    high: float


def was_retained(
    usual_minor: int, usual_weeks: int, after_minor: int, *, left: bool, rules: RetentionRules = STANDARD
) -> bool | None:
    """Whether a client was saved, fully or partly, by the same measure as a case (casework.cases.retention).

    Sums of turnover: of the usual year as far as there was one, and of the last quarter of SETTLED_WEEKS after the
    alert. `left`: it closed its accounts in that time. None where its usual turnover is not known, also of one that
    left: who stayed would not be counted either.
    """
    if usual_weeks < rules.fewest_usual_weeks or usual_minor <= 0:
        return None
    return not left and 100 * after_minor * usual_weeks >= rules.partly_saved_pct * usual_minor * AFTER_WEEKS


def difference(treated: Arm, held_out: Arm) -> Difference | None:
    """None where one side is empty: then there is nothing to compare."""
    one, other = treated.rate, held_out.rate
    if one is None or other is None:
        return None
    (one_low, one_high), (other_low, other_high) = _wilson(treated), _wilson(held_out)
    down = sqrt((one - one_low) ** 2 + (other_high - other) ** 2)
    up = sqrt((one_high - one) ** 2 + (other - other_low) ** 2)
    return Difference(one - other, one - other - down, one - other + up)


def _wilson(arm: Arm) -> tuple[float, float]:
    """Wilson's score interval of one rate."""
    n, rate = arm.count, arm.kept / arm.count
    middle = rate + _Z**2 / (2 * n)
    spread = _Z * sqrt(rate * (1 - rate) / n + (_Z / (2 * n)) ** 2)
    scale = 1 + _Z**2 / n
    return (middle - spread) / scale, (middle + spread) / scale
