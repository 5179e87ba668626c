"""The migrations make what the tables say, once."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import schema
from store.tables.policies import policy
from store.unit_of_work import Store, open_store


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), policy.metadata) == []


def test_a_new_database_lacks_the_schema_until_it_is_upgraded(tmp_path) -> None:
    new = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    assert schema.find_pending(new) == "0010"
    schema.upgrade_schema(new)
    schema.upgrade_schema(new)
    assert schema.find_pending(new) is None
    new.close()


def test_the_newest_revision_is_that_of_the_migrations() -> None:
    assert schema.newest_revision() == ScriptDirectory.from_config(schema._config(None)).get_current_head()


def test_the_newest_migration_can_be_taken_back_and_made_again(tmp_path) -> None:
    new = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    schema.upgrade_schema(new)
    with new.write() as tx:
        command.downgrade(schema._config(tx), "-1")
    assert schema.find_pending(new) is not None
    schema.upgrade_schema(new)
    assert schema.find_pending(new) is None
    new.close()
