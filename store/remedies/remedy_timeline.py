"""What happens to a remedy, on the timeline of its case."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.remedies.remedy_lifecycle import Remedy
from store.cases import case_rows
from store.tables.cases import client_case


def append_remedy_event(
    tx: Connection, remedy: Remedy, *, at: datetime, actor: str, what: str, note: str | None = None
) -> None:
    """Add the line `remedy.<what>`, which says what kind of remedy it is, and the note."""
    text = f"{remedy.type}: {note}" if note else remedy.type
    state = sa.select(client_case.c.state).where(client_case.c.case_id == remedy.case_id).scalar_subquery()
    case_rows.append_event(tx, remedy.case_id, at=at, actor=actor, what=f"remedy.{what}", state=state, note=text)
