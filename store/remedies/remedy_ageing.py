"""What days alone do to remedies, kept: so that the bank hears when one ends, and the case says when it began."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.engine import Connection

from casework.alerts.message import ClientFacts
from casework.remedies.remedy_lifecycle import Remedy, age
from store.remedies import remedy_rows, remedy_timeline

ACTOR = "ebbwatch"


def bring_to_today(
    tx: Connection, remedy: Remedy, today: date, facts: ClientFacts, currency: str, at: datetime
) -> Remedy:
    """`remedy` as it stands on a day, kept and told if that is news. Raises StaleRevision; see `remedies.save`."""
    aged = age(remedy, today)
    if aged is not remedy:
        remedy_rows.save(tx, aged, facts, currency, at)
        remedy_timeline.append_remedy_event(tx, aged, at=at, actor=ACTOR, what=aged.state)
    return aged
