"""A year of turnover for each client of a page, in one statement."""

from __future__ import annotations

import sqlalchemy as sa

from store.clients import sparklines
from store.tables.ledger import ledger, shard_week
from store.unit_of_work import Store

WEEK = 2900


def _weeks(store: Store, states: dict[int, str]) -> None:
    row = {"shard": 0, "received": 1, "revision": 1, "judged_revision": 0}
    with store.write() as tx:
        tx.execute(shard_week.insert(), [row | {"week": week, "state": state} for week, state in states.items()])


def _moved(store: Store, client_id: str, volumes: dict[int, tuple[int, int]]) -> None:
    row = {"client_id": client_id, "shard": 0, "debit_count": 1, "credit_count": 1, "revision": 1}
    rows = [row | {"week": w, "debit_minor": d, "credit_minor": c} for w, (d, c) in volumes.items()]
    with store.write() as tx:
        tx.execute(ledger.insert(), rows)


def test_the_closed_weeks_are_lined_up_oldest_first(store: Store) -> None:
    _weeks(store, {WEEK - 2: "closed", WEEK - 1: "closed", WEEK: "open"})
    _moved(store, "C1", {WEEK - 2: (5, 7), WEEK - 1: (1, 0), WEEK: (99, 99)})
    _moved(store, "C2", {WEEK - 1: (3, 4)})
    with store.read() as tx:
        lines = sparklines.load_turnover(tx, ["C1", "C2", "C3"], weeks=3)
    assert lines == {"C1": [None, 12, 1], "C2": [None, None, 7]}


def test_a_page_of_any_length_is_one_statement(store: Store) -> None:
    _weeks(store, {WEEK: "closed"})
    for number in range(20):
        _moved(store, f"C{number}", {WEEK: (number, 0)})
    said: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
    with store.read() as tx:
        found = sparklines.load_turnover(tx, [f"C{number}" for number in range(20)])
    assert len(found) == 20
    assert len([statement for statement in said if "ledger" in statement]) == 1


def test_nobody_asked_for_is_nothing_asked(store: Store) -> None:
    with store.read() as tx:
        assert sparklines.load_turnover(tx, []) == {}
