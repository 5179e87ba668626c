"""Bring a database to the newest schema, and tell whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from store.unit_of_work import Store


def upgrade(store: Store) -> None:
    """Apply what is missing, in one transaction where the database can. Two at once: the second one waits."""
    with store.write() as tx:
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql("SELECT pg_advisory_xact_lock(20261)")
        command.upgrade(_config(tx), "head")


def pending(store: Store) -> str | None:
    """The revision the schema should be at, where it is not; None where it is."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    with store.read() as tx:
        return None if MigrationContext.configure(tx).get_current_revision() == head else head


def _config(tx: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = tx
    return config
