"""A shard on a store of its own: fold events, checkpoint, restart, and look at what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, settings

from ingest.folding.closing import ClosingRules
from ingest.folding.shard import Shard
from store import schema
from store.clients import client_master
from store.ledger import checkpoint_saving, shards
from store.tables.columns import metadata
from store.tables.ledger import ledger as ledger_table
from store.tables.ledger import shard, shard_week
from store.tables.operations import dead_letter
from store.unit_of_work import Store, open_store
from tests.ingest.folding.feed import CALENDAR, DAY_S, NOW, TOPIC, Event, Feed

settings.register_profile(
    "mutants", phases=[Phase.explicit, Phase.generate]
)  # a mutant that fails need not fail in the shortest way

RULES = ClosingRules(allowed_lateness_s=2 * DAY_S, witnesses=2, correction_weeks=8)


@dataclass
class Bench:
    """One shard and what it takes: `fold`, `save`, `restart`, then the rows."""

    store: Store
    rules: ClosingRules = RULES
    number: int = 0
    feed: Feed = field(default_factory=Feed)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As after a crash: whatever was not saved is gone."""
        self.feed = Feed()
        with self.store.read() as tx:
            saved = shards.load_shard(tx, TOPIC, "T1", self.number, self.rules.memory_weeks)
        self.shard = Shard(saved, self.rules, CALENDAR, self.feed.clients, self.feed.accounts, self._places)

    def fold(self, *events: Event, now: datetime = NOW) -> None:
        self.shard.fold(self.feed.decoded(events, self.shard.next_offset), now, now)

    def save(self, now: datetime = NOW) -> None:
        made = self.shard.checkpoint(now)
        if made is not None:
            self.store.transact(lambda tx: checkpoint_saving.save_checkpoint(tx, made))

    def run(self, *events: Event) -> None:
        self.fold(*events)
        self.save()

    # -- what came of it -----------------------------------------------------------------------------------------
    def weeks(self) -> dict[int, tuple[str, str | None]]:
        """(state, what closed it) by week."""
        c = shard_week.c
        return {w: (s, by) for w, s, by in self._rows(c.week, c.state, c.closed_by, of=c.shard)}

    def ledger(self) -> dict[tuple[str, int], tuple[int, int, int, int]]:
        """(debit, credit, debit count, credit count) by client and week."""
        c = ledger_table.c
        columns = (c.client_id, c.week, c.debit_minor, c.credit_minor, c.debit_count, c.credit_count)
        return {(row[0], row[1]): tuple(row[2:]) for row in self._rows(*columns, of=c.shard)}

    def reasons(self) -> list[tuple[int, str]]:
        """(offset, reason) of the dead letters."""
        c = dead_letter.c
        return sorted((o, r) for o, r in self._rows(c.offset, c.reason, of=c.partition))

    def tally(self) -> tuple[int, int, int, int]:
        """Accepted, duplicates, late, dead letters."""
        c = shard.c
        return next(iter(self._rows(c.accepted, c.duplicates, c.late, c.dead_letters, of=c.shard)), (0, 0, 0, 0))

    def hold_reason(self, week: int) -> str:
        c = shard_week.c
        return next(reason for w, reason in self._rows(c.week, c.hold_reason, of=c.shard) if w == week)

    def _rows(self, *columns: sa.Column[Any], of: sa.Column[int]) -> list[Any]:
        with self.store.read() as tx:
            return [tuple(row) for row in tx.execute(sa.select(*columns).where(of == self.number))]

    def _places(self, ids: Sequence[str]) -> dict[str, client_master.Place]:
        with self.store.read() as tx:
            return client_master.load_places(tx, ids)


@pytest.fixture(scope="session")
def memory_store() -> Iterator[Store]:
    made = open_store("sqlite://")
    schema.upgrade_schema(made)
    yield made
    made.close()


@pytest.fixture
def make_bench(memory_store: Store) -> Callable[..., Bench]:
    """Empty benches on SQLite in memory: `make_bench(rules)`. Each call forgets what was there before."""

    def make(rules: ClosingRules = RULES) -> Bench:
        with memory_store.write() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.execute(sa.delete(table))
        return Bench(memory_store, rules)

    return make


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
