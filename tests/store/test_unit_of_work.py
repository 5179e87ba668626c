"""One commit a unit of work, and what may fail and be tried again."""

from __future__ import annotations

import shutil
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from schemas.errors import BadSetting
from store import schema
from store.ledger import offsets
from store.tables.notices import preference_table
from store.unit_of_work import Store, open_store

TOPIC = "corebank.activity"


def put(tx: sa.Connection, partition: int) -> None:
    offsets.advance(tx, TOPIC, "T1", partition, 0, 1)


def partitions(store: Store) -> set[int]:
    with store.read() as tx:
        return set(offsets.load_offsets(tx, TOPIC))


def test_work_that_fails_in_passing_is_done_again_whole(store: Store) -> None:
    attempts = []

    def work(tx: sa.Connection) -> None:
        attempts.append(len(attempts))
        put(tx, len(attempts))
        if len(attempts) < 3:
            raise sa.exc.OperationalError("", None, type("Deadlock", (Exception,), {"sqlstate": "40P01"})())

    store.transact(work)
    assert attempts == [0, 1, 2]
    assert partitions(store) == {3}


def test_work_that_is_wrong_is_not_tried_again(store: Store) -> None:
    attempts = []

    def work(tx: sa.Connection) -> None:
        attempts.append(1)
        put(tx, 0)
        tx.exec_driver_sql("SELECT nothing FROM nowhere")

    with pytest.raises(sa.exc.DBAPIError):
        store.transact(work)
    assert attempts == [1]
    assert partitions(store) == set()


@pytest.mark.postgres
def test_a_serialization_failure_heals_by_itself(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with store.write() as tx:
        tx.exec_driver_sql("TRUNCATE topic_offset")
        put(tx, 0)
    strict = store.engine.execution_options(isolation_level="SERIALIZABLE")
    both_have_read = threading.Barrier(2, timeout=10)
    meetings = []

    def work(tx: sa.Connection) -> None:
        seen = offsets.load_offsets(tx, TOPIC)[0][1]
        if len(meetings) < 2:
            meetings.append(seen)
            both_have_read.wait()
        offsets.advance(tx, TOPIC, "T1", 0, seen, seen + 1)

    others = [threading.Thread(target=Store(strict).transact, args=(work,)) for _ in range(2)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    with store.read() as tx:
        assert offsets.load_offsets(tx, TOPIC) == {0: ("T1", 3)}
    store.close()


def test_a_reader_keeps_nothing(store: Store) -> None:
    with store.read() as tx:
        put(tx, 5)
    assert partitions(store) == set()


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        put(tx, 1)
    schema.upgrade_schema(store)
    assert schema.check_schema(store) == schema.newest_revision()
    assert partitions(store) == {1}


def test_the_store_says_how_many_connections_are_in_use_and_how_many_there_can_be(store: Store) -> None:
    with store.read(), store.read():
        assert store.pool_use().in_use == 2
    after = store.pool_use()
    assert (after.in_use, after.idle) == (0, 2)
    assert after.limit >= 15


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense"])
def test_a_database_that_cannot_be_used_is_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="EBBWATCH_DATABASE_URL"):
        open_store(url)


def test_an_error_of_a_statement_does_not_show_its_values(store: Store) -> None:
    row = {"user": "staff-17", "role": "branch_staff", "language": "en", "kinds": [], "revision": 1}
    with pytest.raises(sa.exc.IntegrityError) as failed, store.write() as tx:
        for _ in range(2):
            tx.execute(sa.insert(preference_table).values(row | {"address": "json://s3cret.bank.example"}))
    assert "s3cret" not in str(failed.value)
    assert "INSERT" in str(failed.value)


def test_two_busy_writers_of_a_process_take_turns(sqlite_template: Path, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ebbwatch.db')}")
    wrote: list[str] = []

    def keep_writing(name: str) -> None:
        for _ in range(20):
            with store.write():
                wrote.append(name)
                time.sleep(0.005)

    writers = [threading.Thread(target=keep_writing, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store.close()
    changes = sum(one != other for one, other in pairwise(wrote))
    assert changes > 20, "".join(wrote)
