"""Lists of cases and of tasks, page by page, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from casework.cases.case_lifecycle import Task, open_case
from casework.cases.task_force import add_task, cancel_task, leave
from schemas.errors import NotFound
from store.cases import case_rows, case_search
from store.cases import task_search as case_task_search
from store.cases.case_search import CaseFilter
from store.tables.clients import client

AT = datetime(2026, 1, 13, 2, 30, 0, 123456, tzinfo=UTC)
TODAY = date(2026, 1, 13)
ANY = CaseFilter()


def number(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


@pytest.fixture
def bank(store):
    """Cases 0 to 5 of clients C0 to C5, by turns in B1 and B2, in pairs of one instant; each has three tasks."""
    row = {"kind": "company", "tier": "A", "placeholder": False}
    with store.write() as tx:
        for n in range(6):
            mine = {"client_id": f"C{n}", "name": f"Client {n}", "branch_id": f"B{n % 2 + 1}"}
            tx.execute(sa.insert(client).values(row | mine))
            case = open_case(
                number(n), f"C{n}", alert_ids=(), alarm=False, lead=f"manager-{n % 2}", members=[("staff-17", "m")],
                at=AT + timedelta(hours=n // 2), today=TODAY, week=2924,
            )  # fmt: skip
            case_rows.save(tx, case)
            for k in range(3):
                task = Task(
                    number(100 + 10 * n + k), f"task {k}", f"staff-{k}", TODAY + timedelta(days=k * (n % 3))
                )
                case = add_task(case, task)
                case_rows.save(tx, case)
    return store


def listed(store, wanted=ANY, *, only_branch=None, limit=2) -> list[int]:
    """Two at a time, to the end."""
    found, after = [], None
    while True:
        with store.read() as tx:
            rows = case_search.search(tx, wanted, only_branch=only_branch, after=after, limit=limit)
        found += [int(row.client_id[1:]) for row in rows]
        if len(rows) < limit:
            return found
        after = rows[-1].place


def test_cases_come_newest_first_and_of_one_instant_by_id(bank) -> None:
    assert listed(bank) == [4, 5, 2, 3, 0, 1]
    assert listed(bank, only_branch="B2") == [5, 3, 1]
    assert listed(bank, CaseFilter(branch="B1"), only_branch="B2") == []


def test_filters_look_at_what_they_are_named_after(bank) -> None:
    with bank.write() as tx:
        case_rows.save(tx, leave(case_rows.get(tx, number(2)), "staff-17", TODAY + timedelta(days=1)))
    assert listed(bank, CaseFilter(lead="manager-1")) == [5, 3, 1]
    assert listed(bank, CaseFilter(client_id="C3")) == [3]
    assert listed(bank, CaseFilter(member="staff-17")) == [4, 5, 3, 0, 1]
    assert listed(bank, CaseFilter(states=("closed",))) == []
    assert listed(bank, CaseFilter(states=("closed", "forming"), member="manager-0")) == [4, 2, 0]


def test_one_case_is_found_in_its_own_branch_alone(bank) -> None:
    with bank.read() as tx:
        assert case_search.get(tx, number(1), only_branch="B2").client_name == "Client 1"
        for other in (number(1), number(9)):
            with pytest.raises(NotFound):
                case_search.get(tx, other, only_branch="B1")


def tasks(store, *, limit=4, **wanted) -> list[tuple[int, str]]:
    found, after = [], None
    while True:
        with store.read() as tx:
            rows = case_task_search.search(
                tx, **{"owner": None, "states": (), "only_branch": None} | wanted, after=after, limit=limit
            )
        found += [(int(row.task.task_id[-3:]), row.client_id) for row in rows]
        if len(rows) < limit:
            return found
        after = rows[-1].place


def test_tasks_come_due_first_and_each_once(bank) -> None:
    everything = tasks(bank)
    due = {100 + 10 * n + k: (k * (n % 3), 100 + 10 * n + k) for n in range(6) for k in range(3)}
    assert [task_id for task_id, _ in everything] == sorted(due, key=due.__getitem__)
    assert tasks(bank, only_branch="B2", owner="staff-1") == [(131, "C3"), (111, "C1"), (151, "C5")]


def test_tasks_are_found_by_state(bank) -> None:
    with bank.write() as tx:
        case_rows.save(tx, cancel_task(case_rows.get(tx, number(0)), number(101)))
    assert tasks(bank, states=("cancelled", "done")) == [(101, "C0")]
    assert len(tasks(bank, states=("open",))) == 17
