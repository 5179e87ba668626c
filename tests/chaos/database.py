"""An SQLite in memory, as new for each seed, and plain questions to it that go around the product's own code."""

from __future__ import annotations

import sqlite3
from typing import Any

from casework.notices.recipients import Preference
from store import schema
from store.notices import notice_preferences
from store.unit_of_work import open_store


class Database:
    """One engine for all seeds: compiling its statements anew would take most of a seed's time."""

    def __init__(self) -> None:
        self.store = open_store("sqlite://")
        schema.upgrade_schema(self.store)
        kept: Any = self.store.engine.raw_connection().driver_connection
        self._raw: sqlite3.Connection = kept
        self._empty = sqlite3.connect(":memory:")
        self._raw.backup(self._empty)

    def empty(self) -> None:
        """As after the migrations."""
        self._empty.backup(self._raw)

    def add_people(self) -> None:
        """Who wants to be told of everything."""
        for branch in ("B0", "B1", None):
            person = Preference(f"U-{branch}", "branch_manager", branch, "en", "json://sink.bank.example")
            self.store.transact(lambda tx, person=person: notice_preferences.save(tx, person))

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement finds, as SQLite has it."""
        return self._raw.execute(sql, values).fetchall()

    @property
    def in_transaction(self) -> bool:
        return self._raw.in_transaction

    def close(self) -> None:
        self.store.close()
        self._empty.close()
