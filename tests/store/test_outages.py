"""What may pass, by the errors that PostgreSQL and SQLite really give."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from store.unit_of_work import Store, is_transient, open_store
from tests.postgres_server import FAST, IMMEDIATE, PostgresServer


def error_of(work: Callable[[], object]) -> sa.exc.SQLAlchemyError:
    with pytest.raises(sa.exc.SQLAlchemyError) as raised:
        work()
    return raised.value


def connect(store: Store) -> None:
    with store.read():
        pass


@pytest.mark.postgres
@pytest.mark.parametrize("how", [FAST, IMMEDIATE])
def test_a_server_that_stops_may_come_back(postgres_server: PostgresServer, how: signal.Signals) -> None:
    """In a transaction, in a statement, with a connection waiting in the pool, and without one."""
    store = open_store(postgres_server.url)
    running: list[BaseException] = []

    def sleep() -> None:
        with store.read() as tx:
            running.append(error_of(lambda: tx.exec_driver_sql("SELECT pg_sleep(60)")))

    with store.read() as tx, store.read():
        tx.exec_driver_sql("SELECT 1")
        sleeper = threading.Thread(target=sleep)
        sleeper.start()
        time.sleep(0.5)
        postgres_server.stop(how)
        assert is_transient(error_of(lambda: tx.exec_driver_sql("SELECT 1")))
    sleeper.join()
    assert is_transient(running[0])
    assert is_transient(error_of(lambda: connect(store)))
    postgres_server.start()
    connect(store)
    store.close()


@pytest.mark.postgres
def test_a_session_that_an_administrator_ends_may_be_had_again(postgres_server: PostgresServer) -> None:
    store = open_store(postgres_server.url)
    with store.read() as tx, store.read() as administrator:
        pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        administrator.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        assert is_transient(error_of(lambda: tx.exec_driver_sql("SELECT 1")))
    store.close()


@pytest.mark.postgres
def test_too_many_connections_may_become_fewer(postgres_server: PostgresServer) -> None:
    greedy = sa.create_engine(postgres_server.url, poolclass=sa.pool.NullPool)
    held: list[sa.Connection] = []
    try:
        refused = error_of(lambda: [held.append(greedy.connect()) for _ in range(100)])
    finally:
        for connection in held:
            connection.close()
    assert "too many clients" in str(refused)
    assert is_transient(refused)


@pytest.mark.postgres
def test_who_is_not_let_in_need_not_wait(postgres_server: PostgresServer) -> None:
    for wrong in (
        postgres_server.url.replace("/postgres?", "/nowhere?"),
        postgres_server.url.replace("ebbwatch@", "nobody@"),
    ):
        store = open_store(wrong)
        assert not is_transient(error_of(lambda store=store: connect(store)))
        store.close()


def test_a_port_where_nobody_listens_may_get_somebody() -> None:
    store = open_store("postgresql+psycopg://ebbwatch@127.0.0.1:1/ebbwatch")
    assert is_transient(error_of(lambda: connect(store)))


@pytest.mark.parametrize("state", ["08006", "53300", "57P01", "57P02", "57P03"])
def test_what_the_server_says_of_itself_passes(state: str) -> None:
    said = type("Said", (Exception,), {"sqlstate": state})()
    assert is_transient(sa.exc.OperationalError("", None, said))


@pytest.mark.parametrize("state", ["53100", "23505", "42P01"])
def test_a_full_disk_and_a_wrong_statement_stay(state: str) -> None:
    said = type("Said", (Exception,), {"sqlstate": state})()
    assert not is_transient(sa.exc.OperationalError("", None, said))


def test_a_pool_without_a_free_connection_may_have_one_later(tmp_path: Path) -> None:
    engine = sa.create_engine(
        f"sqlite:///{tmp_path}/x.db", poolclass=sa.pool.QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    with engine.connect():
        assert is_transient(error_of(engine.connect))
    engine.dispose()


def test_a_busy_sqlite_passes_and_a_file_that_is_no_database_does_not(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/x.db", connect_args={"timeout": 0})
    writer = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with engine.connect() as tx:
        assert is_transient(error_of(lambda: tx.exec_driver_sql("SELECT * FROM sqlite_master")))
    writer.close()
    engine.dispose()
    (tmp_path / "y.db").write_bytes(b"no database" * 1000)
    for path in (tmp_path / "y.db", tmp_path / "no folder" / "x.db"):
        broken = open_store(f"sqlite:///{path}")
        assert not is_transient(error_of(lambda broken=broken: connect(broken)))
        broken.close()
