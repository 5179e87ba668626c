"""Bring a database to the newest schema, and tell whether it is there.

Alembic, with all that it loads, is for whoever upgrades: every process asks whether the schema is the newest.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.unit_of_work import Store

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade_schema(store: Store) -> None:
    """Apply what is missing, in one transaction where the database can. Two at once: the second one waits."""
    from alembic import command

    with store.write() as tx:
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql("SELECT pg_advisory_xact_lock(20261)")
        command.upgrade(_config(tx), "head")


def newest_revision() -> str:
    """The revision the schema should be at. The file of each migration begins with its own."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def find_pending(store: Store) -> str | None:
    """The revision the schema should be at, where it is not; None where it is."""
    with store.read() as tx:
        there = sa.inspect(tx).has_table("alembic_version")
        current = tx.scalar(sa.text("SELECT version_num FROM alembic_version")) if there else None
    return None if current == newest_revision() else newest_revision()


def _config(tx: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = tx
    return config
