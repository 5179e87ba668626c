"""What every test may ask for: a migrated store on each database, and a word on what could not be tested."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
import sqlalchemy as sa

from store import schema
from store.tables.sign_in import account
from store.unit_of_work import Store, open_store
from tests.brokers import apache_alone, apache_bootstrap, apache_sasl
from tests.postgres_server import PostgresServer, postgres_programs

__all__ = ["apache_alone", "apache_bootstrap", "apache_sasl"]  # fixtures like those below

# A deadline for each example tells of the machine's other work, not of the code.
hypothesis.settings.register_profile("ebbwatch", deadline=None)
hypothesis.settings.load_profile("ebbwatch")

NewStore = Callable[[], Store]
NOT_TESTED = "NOT TESTED"
SERVICES = Path(__file__).parent / "services"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """1. Whole services on PostgreSQL are slow: the SQL is tested in store and api.
    2. What may take longest begins first: else everybody waits for it at the end.
    """
    for item in items:
        if SERVICES in item.path.parents and item.get_closest_marker("postgres") is not None:
            item.add_marker(pytest.mark.slow)
    items.sort(key=_may_take_s, reverse=True)


def _may_take_s(item: pytest.Item) -> float:
    given = item.get_closest_marker("timeout")
    return float(given.args[0]) if given is not None else 0.0


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], NoReturn]:
    """Skip for want of a server, with a line at the end of the run; fail where EBBWATCH_TEST_REQUIRE names it."""

    def say(server: str, why: str) -> NoReturn:
        if server in os.environ.get("EBBWATCH_TEST_REQUIRE", "").split(","):
            pytest.fail(f"EBBWATCH_TEST_REQUIRE names {server}: {why}")
        pytest.skip(f"{NOT_TESTED} on {server}: {why}")

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [r.longrepr[2] for r in terminalreporter.stats.get("skipped", []) if isinstance(r.longrepr, tuple)]
    for reason in sorted({reason for reason in reasons if NOT_TESTED in reason}):
        terminalreporter.write_line(
            f"{reasons.count(reason)} tests {reason.removeprefix('Skipped: ')}", yellow=True
        )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store at the newest schema, on SQLite and on PostgreSQL."""
    opened: Store = request.getfixturevalue(f"new_{request.param}_store")()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def new_sqlite_store(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewStore]:
    """Another empty store in place of the one before, as often as it is called. Not synced to disk: no test here
    cuts the power, and the waiting is most of their time.
    """
    path = tmp_path_factory.mktemp("sqlite") / "ebbwatch.db"
    kept = open_store(f"sqlite:///{path}")
    sa.event.listen(kept.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))

    def make() -> Store:
        kept.close()
        for old in path.parent.iterdir():  # its journal too; who still has it open has another file
            old.unlink()
        shutil.copy(sqlite_template, path)
        return _with_own_events(kept)

    yield make
    kept.close()


@pytest.fixture(scope="session")
def new_postgresql_store(postgres_url: str) -> Iterator[NewStore]:
    """The same on PostgreSQL."""
    kept = open_store(postgres_url)

    def make() -> Store:
        _empty(kept)
        return _with_own_events(kept)

    yield make
    kept.close()


def _with_own_events(kept: Store) -> Store:
    """The store through an engine of the test's own, with the statements that all have compiled so far: to compile
    them anew takes a third of a test's time.
    """
    return Store(kept.engine.execution_options())


def _empty(opened: Store) -> None:
    """Row by row: for a few rows ten times faster than TRUNCATE, which makes every table's files anew."""
    with opened.write() as tx:
        for table in reversed(account.metadata.sorted_tables):
            tx.execute(sa.delete(table))
        tx.exec_driver_sql("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    made = open_store(f"sqlite:///{path}")
    schema.upgrade_schema(made)
    made.close()
    return path


@pytest.fixture(scope="session")
def postgres_cluster(missing: Callable[[str, str], NoReturn]) -> Iterator[str]:
    """The server of this test process: the one of EBBWATCH_TEST_POSTGRES, or one of its own."""
    given = os.environ.get("EBBWATCH_TEST_POSTGRES")
    programs = postgres_programs()
    if given:
        yield given
    elif programs is None:
        missing("postgres", "no EBBWATCH_TEST_POSTGRES, and no initdb and postgres programs")
    else:
        with PostgresServer(programs) as server:
            yield server.url


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: str) -> Iterator[str]:
    """A migrated database of this test process: what an earlier test left may still stand in it."""
    with _database(postgres_cluster, "session") as url:
        yield url


@pytest.fixture(scope="module")
def own_postgres_url(postgres_cluster: str) -> Iterator[str]:
    """A migrated and empty database of one module's own."""
    with _database(postgres_cluster, "module") as url:
        yield url


@pytest.fixture
def postgres_server(missing: Callable[[str, str], NoReturn]) -> Iterator[PostgresServer]:
    """A server of the test's own, without a schema, to be stopped and started again."""
    programs = postgres_programs()
    if programs is None:
        missing("postgres", "no initdb and postgres programs")
    with PostgresServer(programs) as server:
        yield server


@contextmanager
def _database(server: str, of: str) -> Iterator[str]:
    """A migrated database on a server, dropped at the end."""
    name = f"ebbwatch_test_{of}_{os.getpid()}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    made = open_store(url)
    schema.upgrade_schema(made)
    made.close()
    yield url
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
