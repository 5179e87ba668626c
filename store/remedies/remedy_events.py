"""What happens to a remedy, on the timeline of its case; what days alone do to it is saved and said there too."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.message import ClientFacts
from casework.remedies.remedy_lifecycle import Remedy, age
from store.cases import case_rows
from store.remedies import remedy_rows
from store.tables.cases import client_case

ACTOR = "ebbwatch"


def append_event(
    tx: Connection, remedy: Remedy, *, at: datetime, actor: str, what: str, note: str | None = None
) -> None:
    """Add the line `remedy.<what>`, which says what kind of remedy it is, and the note."""
    text = f"{remedy.type}: {note}" if note else remedy.type
    state = sa.select(client_case.c.state).where(client_case.c.case_id == remedy.case_id).scalar_subquery()
    case_rows.append_event(tx, remedy.case_id, at=at, actor=actor, what=f"remedy.{what}", state=state, note=text)


def save_as_of_today(
    tx: Connection, remedy: Remedy, today: date, facts: ClientFacts, currency: str, at: datetime
) -> Remedy:
    """`remedy` as it stands on a day, saved if that is news. Raises StaleRevision; see `remedy_rows.save`."""
    aged = age(remedy, today)
    if aged is not remedy:
        remedy_rows.save(tx, aged, facts, currency, at)
        append_event(tx, aged, at=at, actor=ACTOR, what=aged.state)
    return aged
