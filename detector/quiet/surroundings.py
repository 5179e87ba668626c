"""What surrounds a judged week: the groups of its clients, the weeks in which groups rested, and the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detector.groups import BANK, Group, Movement
from detector.quiet.calendar import NONE, Festivals
from schemas.verdicts import GroupKind
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class Grouping:
    """Every client in at most one group of a kind. `of`: int32 (n,), place in `groups`, -1 for none."""

    groups: tuple[Group, ...]
    of: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`quiet_weeks`: of earlier weeks, the groups that rested in them, as earlier steps found. Without groupings
    everybody is judged alone. `festivals`: the moving weeks by which a quarter meets the same one a year ago.
    `rhythm`: single weeks are read only of clients that have something in nearly every week.
    """

    groupings: tuple[Grouping, ...] = ()
    quiet_weeks: Mapping[Week, frozenset[Group]] = field(default_factory=dict)
    festivals: Festivals = NONE
    rhythm: bool = True


ALONE = Surroundings(rhythm=False)


def grouping(kind: GroupKind, names: Sequence[str | None]) -> Grouping:
    """Clients grouped by a name each, in the week's order; None for a client of no group."""
    groups = tuple(Group(kind, name) for name in sorted({name for name in names if name is not None}))
    place = {group.name: at for at, group in enumerate(groups)}
    of = np.fromiter((-1 if name is None else place[name] for name in names), np.int32, len(names))
    return Grouping(groups, of)


def whole_bank(clients: int) -> Grouping:
    """All of them in one group."""
    return Grouping((BANK,), np.zeros(clients, np.int32))


def groupings_of(branches: Sequence[str | None], industries: Sequence[str | None]) -> tuple[Grouping, ...]:
    """All groups that clients are set against, from the branch and the industry of each."""
    return (
        grouping(GroupKind.BRANCH, branches),
        grouping(GroupKind.INDUSTRY, industries),
        whole_bank(len(branches)),
    )


def quiet_by_week(movements: Iterable[Movement]) -> dict[Week, frozenset[Group]]:
    """The quiet ones among movements, as `Surroundings.quiet_weeks` has them."""
    found: dict[Week, frozenset[Group]] = {}
    for movement in movements:
        if movement.quiet:
            found[movement.week] = found.get(movement.week, frozenset()) | {movement.group}
    return found
