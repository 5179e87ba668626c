"""What is kept in memory of explained clients is what the ledger has, week after week."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from detector.explanation.explaining import HISTORY_WEEKS
from store.alerts import explained_weeks
from store.alerts.explained_weeks import ClientWeeks, ExplainedWeeks, load_weeks
from store.tables.clients import client
from store.tables.ledger import ledger
from store.unit_of_work import Store

FIRST, LAST = 2900, 2900 + HISTORY_WEEKS + 10
IDS = [f"C{n}" for n in range(6)]


@pytest.fixture
def bank(store: Store) -> Store:
    """Six clients of one shard; some weeks have no row."""
    draw = np.random.default_rng(1)
    with store.write() as tx:
        master = {"kind": "company", "branch_id": "B1", "tier": "A", "shard": 0, "placeholder": False}
        tx.execute(sa.insert(client), [master | {"client_id": i, "name": i, "first_week": FIRST} for i in IDS])
        tx.execute(
            sa.insert(ledger),
            [
                {"client_id": client_id, "shard": 0, "week": week, "revision": 1, "debit_minor": debit,
                 "credit_minor": credit, "debit_count": 2, "credit_count": week % 5}
                for client_id in IDS
                for week in range(FIRST, LAST + 1)
                if draw.random() < 0.8
                for debit, credit in [draw.integers(-10, 10**12, 2).tolist()]
            ],
        )  # fmt: skip
    return store


def assert_as_in_the_ledger(bank: Store, found: ClientWeeks, wanted: set[str]) -> None:
    with bank.read() as tx:
        anew = load_weeks(tx, found.week, wanted)
    for client_id in wanted:
        kept, read = (each.numbers[:, each.place[client_id]] for each in (found, anew))
        assert (kept == read).all()
        assert read.any()


def test_week_after_week_it_is_what_the_ledger_has(bank: Store) -> None:
    weeks = ExplainedWeeks()
    for week, wanted in (
        (LAST - 9, {"C0", "C3"}),
        (LAST - 8, {"C1"}),
        (LAST - 5, {"C3", "C1"}),
        (LAST - 5, {"C5"}),
    ):
        with bank.read() as tx:
            found = weeks.read(tx, 0, week, 7, wanted)
        assert_as_in_the_ledger(bank, found, wanted)
    assert set(found.place) == {"C0", "C1", "C3", "C5"}


@pytest.mark.parametrize(("week", "amendments"), [(LAST - 4, 8), (LAST - 6, 7)])
def test_an_amendment_or_an_earlier_week_is_read_anew(bank: Store, week: int, amendments: int) -> None:
    weeks = ExplainedWeeks()
    with bank.read() as tx:
        weeks.read(tx, 0, LAST - 5, 7, {"C0", "C1"})
    with bank.write() as tx:
        tx.execute(sa.update(ledger).values(debit_minor=ledger.c.debit_minor + 1))
    with bank.read() as tx:
        found = weeks.read(tx, 0, week, amendments, {"C1"})
    assert_as_in_the_ledger(bank, found, {"C1"})
    assert set(found.place) == {"C1"}


def test_beyond_the_most_that_is_kept_only_the_wanted_stay(bank: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explained_weeks, "MOST_KEPT", 3)
    weeks = ExplainedWeeks()
    with bank.read() as tx:
        weeks.read(tx, 0, LAST - 1, 7, {"C0", "C1", "C2"})
        found = weeks.read(tx, 0, LAST, 7, {"C2", "C4"})
    assert set(found.place) == {"C2", "C4"}
    assert_as_in_the_ledger(bank, found, {"C2", "C4"})
