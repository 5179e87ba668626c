"""A client's remedies as one tells of them: proposed, begun, ended. Who took which part is not asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.vocabulary import RemedyState, RemedyType
from store.remedies.remedy_rows import state_on
from store.tables.remedies import remedy_table


@dataclass(frozen=True, slots=True)
class ClientRemedy:
    """One remedy in the state that days have brought it to."""

    remedy_id: str
    case_id: str
    type: RemedyType
    state: RemedyState
    proposed_at: datetime
    starts_on: date
    ends_on: date
    ended_on: date | None


def load_of_client(tx: Connection, client_id: str, today: date, *, limit: int) -> list[ClientRemedy]:
    """Up to `limit` of them, the oldest first."""
    plain = [remedy_table.c[name] for name in ClientRemedy.__dataclass_fields__ if name != "state"]
    query = (
        sa.select(*plain, state_on(today).label("state"))
        .where(remedy_table.c.client_id == client_id)
        .order_by(
            sa.func.coalesce(remedy_table.c.submitted_at, remedy_table.c.proposed_at), remedy_table.c.remedy_id
        )
        .limit(limit)
    )
    return [ClientRemedy(**row) for row in tx.execute(query).mappings()]
