"""The engine and the only commit. Every statement of the product runs inside `Store.read` or `Store.write`."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from schemas.errors import BadSetting

T = TypeVar("T")
Tx: TypeAlias = Connection  # for rooms that hand a transaction on without speaking SQL
BUSY_TIMEOUT_S = 30  # SQLite: how long a writer waits for another one
CACHE_KIB = 65_536  # SQLite: the 2 MB it takes by itself are less than a checkpoint touches, and cost it a third
POOL_SIZE = 10  # PostgreSQL: connections kept by a process; as many more while they are all in use
ATTEMPTS = 5  # a deadlock or a lost connection heals in a try or two; five is a real outage
_PASSING_CLASSES = {"08", "40", "57"}  # of SQLSTATE: the connection, a rollback, an administrator
_TOO_MANY_CONNECTIONS = "53300"
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_LASTING_REFUSALS = (  # waiting does not mend these
    "authentication failed",
    "does not exist",
    "is not permitted to log in",
    "no password supplied",
    "no pg_hba.conf entry",
)


def open_store(url: str) -> Store:
    """A store on `sqlite:///path` or `postgresql+psycopg://...`. Raises BadSetting for a URL it cannot use.

    No error of a statement shows its values: some are secrets, and errors are logged.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S}, hide_parameters=True)
            _use_explicit_begin(engine)
        elif parsed.get_backend_name() == "postgresql":
            engine = sa.create_engine(
                parsed, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True, hide_parameters=True
            )
        else:
            raise BadSetting(f"EBBWATCH_DATABASE_URL: {parsed.get_backend_name()} is neither sqlite nor postgresql")
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadSetting(
            f"EBBWATCH_DATABASE_URL: {error} (PostgreSQL needs the extra ebbwatch[postgres])"
        ) from error
    return Store(engine)


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections to the database: those in use, those kept idle, and the most that there can be."""

    in_use: int
    idle: int
    limit: int


class Store:
    """Units of work on one database. Safe to share between threads. `sleep`: between two tries, seconds."""

    def __init__(self, engine: Engine, sleep: Callable[[float], None] = time.sleep) -> None:
        self.engine = engine
        self._sleep = sleep
        self._readers = engine  # of SQLite every transaction is a snapshot
        if engine.dialect.name == "postgresql":
            self._readers = engine.execution_options(isolation_level="REPEATABLE READ")
        self._turn: AbstractContextManager[object] = _Turns() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot of the bank, however many questions are asked of it; nothing is kept of what it does."""
        with self._readers.connect() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. The only commit of the product."""
        with self._turn, self.engine.connect().execution_options(ebbwatch_write=True) as tx, tx.begin():
            yield tx

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction; retries the whole of it after a deadlock or a lost connection.

        `work` must be safe to run again: it may not keep anything outside the transaction. A connection lost
        during COMMIT leaves it unknown whether the work was kept, so work that is not idempotent guards itself
        (a compare-and-set, a unique key).
        """
        retrying = Retrying(
            retry=retry_if_exception(is_transient),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            sleep=self._sleep,
            reraise=True,
        )
        result: T = retrying(self._once, work)
        return result

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self.write() as tx:
            return work(tx)

    def pool_use(self) -> PoolUse:
        """The connections of this moment; none of SQLite in memory, which has one to a thread."""
        pool = self.engine.pool
        if not isinstance(pool, sa.QueuePool):
            return PoolUse(0, 0, 0)
        return PoolUse(pool.checkedout(), pool.checkedin(), pool.size() + pool._max_overflow)

    def close(self) -> None:
        self.engine.dispose()


class _Turns:
    """SQLite has one writer at a time, and those who wait look again now and then: a busy one keeps them out for
    good. Here the threads of one process take turns.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()  # held by whoever waits: who just had the turn comes after them
        self._turn = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._turn.acquire()

    def __exit__(self, *_: object) -> None:
        self._turn.release()


def is_transient(error: BaseException) -> bool:
    """True for a failure that the same work may not meet again: deadlock, serialisation, a busy database, a
    connection that was lost or cannot be had for now.
    """
    if isinstance(error, sa.exc.TimeoutError):  # of the pool
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return (
        error.connection_invalidated
        or state[:2] in _PASSING_CLASSES
        or state == _TOO_MANY_CONNECTIONS
        or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_BUSY
        or (not state and _did_not_connect(error))
    )


def _did_not_connect(error: sa.exc.DBAPIError) -> bool:
    """psycopg gives no state where there is no connection, and of what the server said only the text."""
    of_psycopg = isinstance(error, sa.exc.OperationalError) and hasattr(error.orig, "sqlstate")
    return of_psycopg and not any(text in str(error.orig) for text in _LASTING_REFUSALS)


def _use_explicit_begin(engine: Engine) -> None:
    """Writers take SQLite's write lock at once: a read that turns into a write fails whatever the timeout."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 then sends no BEGIN of its own
        connection.execute("PRAGMA foreign_keys = ON")
        # Not WAL: the library of several current systems has the WAL-reset bug (SQLite 3.7.0 to 3.51.2).
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("ebbwatch_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
