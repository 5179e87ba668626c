"""Cases in the database: what is saved is read back whole, one open case a client, no change on top of another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa

from casework.alerts.judging import judge
from casework.cases import case_lifecycle, task_force
from casework.cases.case_lifecycle import Case, CaseExists, CaseRules, Review, Swot, Task
from schemas.errors import NotFound, StaleRevision
from schemas.verdicts import Direction, Grade, Verdict
from store.alerts import alert_rows
from store.cases import case_rows
from store.tables.clients import client

W = 2900
AT = datetime(2025, 8, 4, 6, 30, tzinfo=UTC)
TODAY = date(2025, 8, 4)
LATER = date(2025, 8, 11)


def number(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


def opened(n: int = 1, client_id: str = "C1", alert_ids: tuple[str, ...] = ()) -> Case:
    return case_lifecycle.open_case(
        number(n), client_id, alert_ids=alert_ids, alarm=True, lead="manager-b001",
        members=[("staff-17", "analyst")], at=AT, today=TODAY, week=W,
    )  # fmt: skip


def closed(case: Case, at: datetime = AT) -> Case:
    return case_lifecycle.close(
        case, truth="true_diversion", retention="saved", cause="a second bank", undecided=(), at=at, week=W
    )


def save(store, *changed: Case) -> None:
    with store.write() as tx:
        for case in changed:
            case_rows.save(tx, case)


def get(store, case_id: str) -> Case:
    with store.read() as tx:
        return case_rows.get(tx, case_id)


@pytest.fixture
def alert_ids(store) -> list[str]:
    """Two alerts of C1."""
    row = {"client_id": "C1", "name": "C1", "kind": "company", "branch_id": "B1", "tier": "A", "placeholder": False}
    made = []
    with store.write() as tx:
        tx.execute(sa.insert(client).values(row))
        for direction in Direction:
            said = Verdict("C1", W, direction, Grade.ALARM, (), 5, "standard-1", 1)
            episode = judge(None, None, said, W, None)
            alert_rows.save(tx, episode, alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", AT)
            made.append(episode.alert_id)
    return sorted(made)


def test_a_case_is_read_back_as_it_was_saved_at_every_step(store, alert_ids) -> None:
    swot = Swot(("thirty years with us",), (), ("a new plant",), ("海港 undercuts us",))
    minutes = Review(number(8), LATER, ("manager-b001", "staff-17"), "line\nline", "visit them", "staff-17", swot)
    steps = [
        lambda case: task_force.join(case, "staff-4", "marketing", TODAY),
        lambda case: task_force.leave(case, "staff-4", LATER),
        lambda case: task_force.add_task(case, Task(number(6), "call", "staff-17", LATER, "contact")),
        lambda case: task_force.add_task(case, Task(number(5), "read", "staff-4", LATER)),
        lambda case: task_force.finish_task(case, number(6), "note of the call", "staff-17", AT),
        lambda case: task_force.cancel_task(case, number(5)),
        lambda case: task_force.add_review(case, minutes, CaseRules(), LATER),
        lambda case: task_force.add_review(case, replace(minutes, review_id=number(7)), CaseRules(), LATER),
        lambda case: case_lifecycle.move(case, "in_review", today=LATER, rules=CaseRules(), has_remedy=False),
        lambda case: case_lifecycle.suspend(case, date(2025, 9, 1), LATER),
        lambda case: case_lifecycle.add_alerts(case, alert_ids, alarm=True),
        lambda case: task_force.hand_over(case, "staff-17", LATER),
        closed,
        lambda case: case_lifecycle.reopen(case, alert_ids),
    ]
    case = opened(alert_ids=(alert_ids[0],))
    save(store, case)
    for step in steps:
        assert get(store, case.case_id) == case
        case = step(case)
        save(store, case)
    assert get(store, case.case_id) == case
    assert case.revision == 1 + len(steps)


def test_a_membership_that_began_today_and_ended_leaves_no_row(store) -> None:
    case = opened()
    left = task_force.leave(case, "staff-17", TODAY)
    save(store, case, left)
    assert [m.user for m in get(store, case.case_id).members] == ["manager-b001"]


def test_an_unknown_case_is_not_found(store) -> None:
    with store.write() as tx:
        for for_update in (False, True):
            with pytest.raises(NotFound):
                case_rows.get(tx, number(9), for_update=for_update)


def test_a_second_open_case_of_a_client_is_refused_by_name_and_the_transaction_goes_on(store) -> None:
    save(store, opened(1))
    with store.write() as tx:
        with pytest.raises(CaseExists) as refused:
            case_rows.save(tx, opened(2))
        assert case_rows.find_open(tx, "C1").case_id == number(1)
    assert (refused.value.client_id, refused.value.case_id) == ("C1", number(1))


def test_a_closed_case_is_not_opened_again_beside_an_open_one(store) -> None:
    old = closed(opened(1))
    save(store, opened(1), old, opened(2))
    with store.write() as tx:
        with pytest.raises(CaseExists) as refused:
            case_rows.save(tx, case_lifecycle.reopen(old))
        assert case_rows.get(tx, number(1)) == old
    assert refused.value.case_id == number(2)


def test_a_change_of_what_has_changed_meanwhile_is_stale(store) -> None:
    case = opened()
    save(store, case, task_force.join(case, "staff-4", "member", TODAY))
    with pytest.raises(StaleRevision) as stale:
        save(store, task_force.join(case, "staff-5", "member", TODAY))
    assert (stale.value.expected, stale.value.actual) == (1, 2)
    assert [m.user for m in get(store, case.case_id).members] == ["manager-b001", "staff-17", "staff-4"]


def test_the_open_case_and_the_one_closed_last_are_found_by_client(store) -> None:
    first, second = closed(opened(1)), closed(opened(2), AT.replace(day=9))
    for n, done in ((1, first), (2, second)):
        save(store, opened(n), done)
    save(store, opened(3), opened(4, "C2"))
    with store.read() as tx:
        assert case_rows.find_last_closed(tx, "C1") == second
        assert case_rows.find_open(tx, "C1") == opened(3)
        assert case_rows.find_last_closed(tx, "C2") is None
        assert case_rows.find_open(tx, "C3") is None


def test_the_timeline_is_told_in_the_order_it_happened(store) -> None:
    save(store, opened(1), opened(2, "C2"))
    with store.write() as tx:
        case_rows.append_event(tx, number(1), at=AT, actor="manager-b001", what="opened", state="forming")
        case_rows.append_event(tx, number(2), at=AT, actor="manager-b002", what="opened", state="forming")
        case_rows.append_event(
            tx, number(1), at=AT, actor="staff-17", what="moved", state="in_review", note="all agreed"
        )
    with store.read() as tx:
        told = case_rows.load_timeline(tx, number(1))
    assert [(e.actor, e.what, e.state, e.note) for e in told] == [
        ("manager-b001", "opened", "forming", None),
        ("staff-17", "moved", "in_review", "all agreed"),
    ]
    assert {e.at for e in told} == {AT}


def test_of_twenty_who_open_a_case_on_one_client_one_does(store) -> None:
    entered = Barrier(20)

    def form(n: int) -> str:
        entered.wait(30)

        def work(tx) -> str:
            try:
                case_rows.save(tx, opened(n))
            except CaseExists as refused:
                return refused.case_id
            return number(n)

        return store.transact(work)

    with ThreadPoolExecutor(20) as people:
        told = set(people.map(form, range(20)))
    with store.read() as tx:
        assert told == {case_rows.find_open(tx, "C1").case_id}
