"""INSERT that may meet a row, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert(tx: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of this connection's dialect: has on_conflict_do_nothing and on_conflict_do_update."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)
