"""What a shard-week is judged beside, read from the store, and what judging it found, kept there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from casework.alerts.message import ClientFacts
from casework.quiet.calendar import NOTHING, Suppressions, suppressions, version
from detector.quiet.surroundings import Surroundings, groupings_of
from detector.verdicts import Verdicts
from schemas.weeks import Week
from services.judging.holiday_calendar import festivals_of, rest_weeks_of
from store.ledger.shard_weeks import Claim
from store.quiet import calendar, movements
from store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Beside:
    """What a shard-week is judged beside, and what the calendar holds back in it."""

    around: Surroundings
    suppressions: Suppressions

    def suppressed(self, clients: Mapping[str, ClientFacts]) -> frozenset[str]:
        """Those of the clients of whom less is expected this week."""
        if self.suppressions == NOTHING:
            return frozenset()
        held = (c.client_id for c in clients.values() if self.suppressions.hold(c.client_id, c.branch_id))
        return frozenset(held)


def look(tx: Tx, claim: Claim, clients: Sequence[ClientFacts], country: str) -> Beside:
    """Groups of the week's `clients`, in its order, the weeks in which they rested, and the calendar.

    A shard is a sample of every branch and industry, drawn by the key of the topic, and is judged by itself: what
    another shard has judged by then is chance, and judging again must find the same.
    """
    entries, festivals = calendar.of_week(tx, claim.week), festivals_of(country)
    around = Surroundings(
        groupings=groupings_of([each.branch_id for each in clients], [each.industry for each in clients]),
        quiet_weeks=movements.quiet_weeks(tx, claim.shard, claim.week),
        festivals=replace(festivals, version=version(festivals.version, entries)),
    )
    return Beside(around, suppressions(entries, Week(claim.week), rest_weeks_of(country)))


def keep(tx: Tx, claim: Claim, verdicts: Verdicts) -> None:
    """The movements of the week, and the verdicts that they explain."""
    movements.save(tx, claim.shard, claim.week, verdicts.movements, verdicts.explained())
