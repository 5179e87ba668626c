"""What counts as saved, as the bank sets it. It is measured in casework.cases.retention, which needs numpy."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

USUAL_WEEKS = 52  # a year, as the client's seasons are
Share = Annotated[int, Meta(ge=1, le=100)]  # percent


class RetentionRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of the usual turnover that are left, and from how many weeks on there is a usual one."""

    saved_pct: Share = 90
    partly_saved_pct: Share = 60
    fewest_usual_weeks: Annotated[int, Meta(ge=1, le=USUAL_WEEKS)] = 13  # a quarter

    def __post_init__(self) -> None:
        """Raises ValueError where less would be saved than is partly saved."""
        if self.partly_saved_pct > self.saved_pct:
            raise ValueError("partly_saved_pct is more than saved_pct")


STANDARD = RetentionRules()
