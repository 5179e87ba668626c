"""Bring a database to the newest schema or back, and tell whether this code can work with it.

Alembic, with all that it loads, is for whoever upgrades: every process asks whether the schema serves it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import EbbwatchError
from store.tables.schema_reach import schema_reach
from store.unit_of_work import Store

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
# The oldest code that works with the newest schema, by the newest migration that it knew. A migration that takes
# away or renames what older code uses sets this to itself; one that only adds leaves it, so that old processes go
# on beside new ones during an update.
OLDEST_CODE = "0015"
LOCK_TIMEOUT = "10s"  # PostgreSQL: a migration that waits for a table makes everybody else wait behind it


class SchemaUnfit(EbbwatchError):
    """This code cannot work with the database's schema; the message says what to do."""


def upgrade_schema(store: Store) -> None:
    """Apply what is missing, in one transaction where the database can. Two at once: the second one waits.

    A schema newer than this code is left as it is.
    """
    from alembic import command

    with store.write() as tx:
        _lock(tx)
        if (current_revision(tx) or "") > newest_revision():
            return
        command.upgrade(_config(tx), "head")
        tx.execute(sa.delete(schema_reach))
        tx.execute(sa.insert(schema_reach).values(oldest_code=OLDEST_CODE))


def downgrade_schema(store: Store, revision: str) -> None:
    """Take back what came after `revision`, with what is kept in it. Raises SchemaUnfit for one that is not known,
    or not below the database's.
    """
    from alembic import command

    with store.write() as tx:
        _lock(tx)
        current = current_revision(tx) or "0000"
        if revision not in _revisions() or revision >= current:
            raise SchemaUnfit(f"cannot go back from {current} to {revision}: known are {', '.join(_revisions())}")
        if current > newest_revision():
            raise SchemaUnfit(f"the schema is at {current}: only the release that made it can take it back")
        command.downgrade(_config(tx), revision)


def _lock(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(20261)")
        tx.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def newest_revision() -> str:
    """The revision that this code was made for."""
    return _revisions()[-1]


def _revisions() -> list[str]:
    """Oldest first. The file of each migration begins with its own."""
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(tx: Connection) -> str | None:
    """That of the database; None where nothing is there yet."""
    there = sa.inspect(tx).has_table("alembic_version")
    found: str | None = tx.scalar(sa.text("SELECT version_num FROM alembic_version")) if there else None
    return found


def check_schema(store: Store) -> str:
    """The database's revision. Raises SchemaUnfit where this code cannot work with it: an older one lacks
    something; a newer one is fine as long as it says so.
    """
    newest = newest_revision()
    with store.read() as tx:
        current = current_revision(tx)
        if current is None or current < newest:
            raise SchemaUnfit(f"the schema is not at {newest}; run `ebbwatch db upgrade`")
        oldest = tx.scalar(sa.select(schema_reach.c.oldest_code))
    if current > newest and (oldest is None or newest < oldest):
        raise SchemaUnfit(f"the schema is at {current}, too new for this release, made for {newest}")
    return current


def _config(tx: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = tx
    return config
