"""The migrations make what the tables say, once."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import schema, tables
from store.tables.policies import policy
from store.tables.schema_reach import schema_reach
from store.unit_of_work import Store, open_store


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    for module in pkgutil.iter_modules(tables.__path__, f"{tables.__name__}."):
        importlib.import_module(module.name)
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), policy.metadata) == []


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'new.db'}")) as store:
        yield store


def test_a_new_database_serves_nobody_until_it_is_upgraded(new: Store) -> None:
    with pytest.raises(schema.SchemaUnfit, match="not at 0016; run `ebbwatch db upgrade`"):
        schema.check_schema(new)
    schema.upgrade_schema(new)
    schema.upgrade_schema(new)
    assert schema.check_schema(new) == "0016"


def test_the_newest_revision_is_that_of_the_migrations() -> None:
    assert schema.newest_revision() == ScriptDirectory.from_config(schema._config(None)).get_current_head()


def test_the_newest_migration_can_be_taken_back_and_made_again(new: Store) -> None:
    schema.upgrade_schema(new)
    schema.downgrade_schema(new, schema._revisions()[-2])
    with pytest.raises(schema.SchemaUnfit, match="not at"):
        schema.check_schema(new)
    schema.upgrade_schema(new)
    assert schema.check_schema(new) == schema.newest_revision()


def test_a_case_from_before_is_worked_in_the_branch_of_its_client(new: Store) -> None:
    schema.upgrade_schema(new)
    schema.downgrade_schema(new, "0015")
    with new.write() as tx:
        tx.exec_driver_sql(
            "INSERT INTO client (client_id, name, kind, branch_id, tier, placeholder) "
            "VALUES ('C1', 'Harbour Trading', 'company', 'B1', 'B', 0)"
        )
        tx.exec_driver_sql(
            "INSERT INTO client_case (case_id, client_id, revision, state, origin, alarm, lead, opened_at, "
            "opened_week, times_reopened) "
            "VALUES ('c-1', 'C1', 1, 'forming', 'alert', 0, 'x', '2026-01-13', 2924, 0)"
        )
    schema.upgrade_schema(new)
    with new.read() as tx:
        assert tx.exec_driver_sql("SELECT worked_in FROM client_case").all() == [("B1",)]


@pytest.mark.parametrize(("revision", "said"), [("0016", "from 0016 to 0016"), ("0016", "to 0016"), ("x", "to x")])
def test_only_an_older_schema_can_be_gone_back_to(store: Store, revision: str, said: str) -> None:
    with pytest.raises(schema.SchemaUnfit, match=f"cannot go back .*{said}: known are 0001"):
        schema.downgrade_schema(store, revision)


def newer(store: Store, oldest_code: str) -> None:
    """As a release to come would leave it."""
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9001'")
        tx.execute(sa.update(schema_reach).values(oldest_code=oldest_code))


def test_a_newer_schema_serves_an_older_release_as_long_as_it_says_so(new: Store) -> None:
    schema.upgrade_schema(new)
    newer(new, schema.newest_revision())
    assert schema.check_schema(new) == "9001"
    newer(new, "9000")
    with pytest.raises(schema.SchemaUnfit, match="at 9001, too new for this release, made for 0016"):
        schema.check_schema(new)


def test_an_older_release_leaves_a_newer_schema_as_it_is(new: Store) -> None:
    schema.upgrade_schema(new)
    newer(new, "9000")
    schema.upgrade_schema(new)
    with pytest.raises(schema.SchemaUnfit, match="too new"):
        schema.check_schema(new)
    with pytest.raises(schema.SchemaUnfit, match="only the release that made it"):
        schema.downgrade_schema(new, "0001")


def test_the_oldest_code_is_a_known_release() -> None:
    assert schema.OLDEST_CODE in schema._revisions()


@pytest.mark.postgres
def test_a_migration_gives_up_on_a_table_that_somebody_holds(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else everybody who comes after it would wait behind it."""
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "100ms")
    with closing(open_store(own_postgres_url)) as store:
        with store.write() as somebody, pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            somebody.exec_driver_sql("LOCK TABLE alembic_version IN SHARE MODE")
            schema.downgrade_schema(store, schema._revisions()[-2])
        assert schema.check_schema(store) == schema.newest_revision()
