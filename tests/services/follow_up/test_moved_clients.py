"""A client with an open case moves to another branch: the case goes along once, and both branches hear of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from schemas.events import NO_BRANCH
from store.cases import case_rows
from store.clients.client_master import forget_client
from store.tables.clients import client
from store.tables.notices import notice
from store.tables.operations import audit
from tests.api.conftest import CASE
from tests.services.followed_bank import DAY, WEEK, FollowedBank

HEARS = ["manager-b001", "staff-17"]


@pytest.fixture
def bank(store, tmp_path) -> FollowedBank:
    """C1 of B1 has a case that manager-b001 leads and staff-17 belongs to; all have heard of that."""
    made = FollowedBank(store, tmp_path)
    made.client("C1", "B1")
    for user, role, branch in (
        ("staff-17", "branch_staff", "B1"),
        ("staff-18", "branch_staff", "B1"),
        ("manager-b001", "branch_manager", "B1"),
        ("manager-b002", "branch_manager", "B2"),
        ("staff-21", "branch_staff", "B2"),
        ("manager-b003", "branch_manager", "B3"),
    ):
        made.person(user, role, branch)
    made.case("C1")
    made.passes()
    return made


def move(bank: FollowedBank, branch: str) -> None:
    with bank.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(branch_id=branch))


def heard(bank: FollowedBank, revision: int) -> list[str]:
    return sorted(user for user, key in bank.told("case_assigned") if key == f"{CASE}/moved/{revision}")


def trail(bank: FollowedBank) -> list[tuple[str, str, str]]:
    with bank.store.read() as tx:
        rows = tx.execute(
            sa.select(audit.c.actor, audit.c.before, audit.c.after).where(audit.c.action == "case.follow_client")
        ).all()
    return [(row.actor, row.before["worked_in"], row.after["worked_in"]) for row in rows]


def test_the_task_force_and_the_new_manager_hear_of_it_once(bank) -> None:
    move(bank, "B2")
    bank.passes()
    case = bank.case_now()
    assert (case.worked_in, case.revision, case.lead) == ("B2", 2, "manager-b001")
    assert heard(bank, 2) == ["manager-b001", "manager-b002", "staff-17"]
    assert trail(bank) == [("ebbwatch", "B1", "B2")]
    with bank.store.read() as tx:
        event = case_rows.load_timeline(tx, CASE)[-1]
    assert (event.actor, event.what, event.note) == ("ebbwatch", "client.moved", "B1 → B2")
    told = bank.told("case_assigned")
    bank.passes(DAY)
    assert (bank.case_now(), bank.told("case_assigned"), len(trail(bank))) == (case, told, 1)


def test_each_hears_what_concerns_them(bank) -> None:
    move(bank, "B2")
    bank.passes()
    with bank.store.read() as tx:
        found = tx.execute(sa.select(notice.c.user, notice.c.facts)).all()
    taking = {user: facts["taking"] for user, facts in found if facts["type"] == "CaseMoved"}
    assert taking == {"manager-b001": False, "staff-17": False, "manager-b002": True}


def test_moved_twice_before_anybody_looked_it_is_one_move(bank) -> None:
    move(bank, "B2")
    move(bank, "B3")
    bank.passes()
    assert trail(bank) == [("ebbwatch", "B1", "B3")]
    assert heard(bank, 2) == ["manager-b001", "manager-b003", "staff-17"]


def test_moved_there_and_back_before_anybody_looked_it_is_none(bank) -> None:
    case = bank.case_now()
    move(bank, "B2")
    move(bank, "B1")
    bank.passes()
    assert (bank.case_now(), trail(bank)) == (case, [])


def test_back_again_is_told_again_and_its_people_are_no_longer_left_behind(bank) -> None:
    members = bank.case_now().members
    for branch in ("B2", "B1"):
        move(bank, branch)
        bank.passes()
    assert (heard(bank, 3), bank.case_now().members) == (HEARS, members)
    assert trail(bank) == [("ebbwatch", "B1", "B2"), ("ebbwatch", "B2", "B1")]


def test_a_client_that_the_master_knows_no_more_has_not_moved(bank) -> None:
    case = bank.case_now()
    with bank.store.write() as tx:
        forget_client(tx, "C1")
    bank.passes()
    move(bank, NO_BRANCH)  # as releases before wrote it
    bank.passes()
    assert (bank.case_now(), trail(bank)) == (case, [])


def test_a_closed_case_stays_where_it_was_until_it_is_opened_again(bank) -> None:
    bank.client("C2", "B2")
    closed = bank.closed_case("C2", WEEK, case_id="00000000-0000-4000-8000-00000000000d", worked_in="B1")
    bank.passes()
    assert bank.case_now(closed).worked_in == "B1"
    bank.alert("C2", week=WEEK)
    bank.passes()
    again = bank.case_now(closed)
    assert (again.state, again.worked_in) == ("reopened", "B2")
    assert "manager-b002" in {user for user, _ in bank.told("case_assigned")}


def test_what_an_older_release_opened_gets_its_branch_and_nobody_is_told(bank) -> None:
    bank.client("C2", "B2")
    old = bank.case("C2", "00000000-0000-4000-8000-00000000000d", worked_in=None)
    told = bank.told("case_assigned")
    bank.follow_up().run_once()
    moved = [each for each in bank.told("case_assigned") if "moved" in each[1]]
    assert (bank.case_now(old).worked_in, moved, trail(bank)) == ("B2", [], [])
    assert set(told) <= set(bank.told("case_assigned"))
