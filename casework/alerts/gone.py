"""A client that is gone: what the bank lost with it, whether it was warned, and whether it tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casework.alerts.episodes import Episode
from schemas.errors import Conflict
from schemas.verdicts import Direction
from schemas.vocabulary import Outcome
from schemas.weeks import Week

YEAR_WEEKS = 52


class NotGone(Conflict):
    """The client of an alert is not gone: neither has it closed its account nor fallen silent for half a year."""

    def __init__(self, alert_id: str) -> None:
        super().__init__(f"the client of alert {alert_id} is not gone")
        self.alert_id = alert_id


@dataclass(frozen=True, slots=True)
class Going:
    """How a client of an alert went. `last_paid_week`: None where it never paid; `onset_week`: the fall's, where
    that was explained; `tried`: a case was about it while it fell.
    """

    alert_id: str
    client_id: str
    last_paid_week: Week | None
    onset_week: Week | None
    tried: bool


@dataclass(frozen=True, slots=True)
class GoneClient:
    """What is recorded of it, by the alert that told of it.

    `lost_minor`: turnover of the year before the fall began.
    `warned_weeks`: from the first week of that alert to the last payment; None where the alert came too late.
    """

    alert_id: str
    client_id: str
    outcome: Outcome
    last_paid_week: Week | None
    lost_minor: int
    warned_weeks: int | None
    tried: bool

    @property
    def warned(self) -> bool:
        return self.warned_weeks is not None


def year_before(closed: Episode, going: Going) -> tuple[Week, Week]:
    """The weeks [first, end) of the year before the fall began."""
    began = closed.opened_week if going.onset_week is None else going.onset_week
    return Week(began - YEAR_WEEKS), began


def warned_weeks(closed: Episode, going: Going) -> int | None:
    """How many weeks of payments were still to come when the alert opened. A rise warns of nothing."""
    if closed.direction is not Direction.FALL or going.last_paid_week is None:
        return None
    ahead = going.last_paid_week - closed.opened_week
    return ahead if ahead > 0 else None


def one_each(closed: Iterable[Episode]) -> list[Episode]:
    """Of each client the alert that told of it: a fall before a rise, and the earliest."""
    first: dict[str, Episode] = {}
    for each in sorted(closed, key=lambda each: (each.direction is not Direction.FALL, each.opened_week)):
        first.setdefault(each.client_id, each)
    return list(first.values())
