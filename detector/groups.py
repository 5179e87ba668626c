"""Groups of clients, and what most of a group did as one."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.verdicts import Baseline, GroupKind, Series
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class Group:
    """A branch or an industry by its name, or the bank."""

    kind: GroupKind
    name: str


BANK = Group(GroupKind.BANK, "bank")


@dataclass(frozen=True, slots=True)
class Movement:
    """Most clients of a group moved together, at `week`.

    `baseline`, `series`: the comparison in which the median client moved most; a quiet week is one of its week with
    the recent average. `size_pct`: that median, signed. `clients`: those compared; `moved`: those of them far off.
    """

    group: Group
    week: Week
    baseline: Baseline
    series: Series
    size_pct: float
    clients: int
    moved: int

    @property
    def quiet(self) -> bool:
        """The group rested in that week."""
        return self.baseline is Baseline.WEEK_VS_RECENT and self.size_pct < 0.0
