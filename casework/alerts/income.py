"""What a year of a client's turnover brings the bank: turnover is the client's money, income is the bank's."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from msgspec import Meta

Bps = Annotated[int, Meta(ge=1, le=10_000)]  # hundredths of a percent of turnover
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Margins:
    """Income on turnover in basis points: `by_tier`, else `bps`."""

    bps: int = 10
    by_tier: tuple[tuple[str, int], ...] = ()  # tier and its own

    def of(self, tier: str) -> int:
        return dict(self.by_tier).get(tier, self.bps)

    def income_minor(self, turnover_minor: int, tier: str) -> int:
        """What that much turnover of a client of the tier brings."""
        return round(Fraction(turnover_minor * self.of(tier), WHOLE))


STANDARD_MARGINS = Margins()
