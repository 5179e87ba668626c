"""Whose client moved to another branch reads the case until it is handed over; acting is the new branch's alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from acts.callers import TIME_ALONE
from acts.cases_by_time import follow_client
from schemas.events import NO_BRANCH
from store.cases import case_rows
from store.tables.clients import client
from tests.api.conftest import CASE, WEEK
from tests.api.remedy_desk import OTHER_CASE, REDUCTION, V1, Desk

ONE = f"{V1}/cases/{CASE}"
ACTS = [
    ("transitions", {"to": "in_review"}),
    ("alerts", {}),
    ("tasks", {"title": "t", "owner": "staff-17", "due_on": "2026-02-01"}),
    ("reviews", {"minutes": "m", "decision": "d"}),
    ("remedies", REDUCTION),
]
LEADS_ACTS = [
    ("close", {"truth": "false_alarm", "retention": "lost", "cause": "c"}),
    ("members", {"user": "staff-18"}),
    ("members/leave", {"user": "staff-17"}),
    ("lead", {"lead": "staff-17"}),
]
followed_or_not = pytest.mark.parametrize("followed", [True, False])


@pytest.fixture
def desk(store, bank_on) -> Desk:
    return Desk(*bank_on(store))


def move(desk: Desk, branch: str, *, followed: bool = True) -> None:
    """`followed`: follow-up has looked since."""
    with desk.bank.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(branch_id=branch))
    if followed:
        performer = desk.api.app.state.deps.performer
        performer.perform(TIME_ALONE, lambda context: follow_client(context, CASE))


def listed(person) -> set[str]:
    return {each["case_id"] for each in person.get(f"{V1}/cases").json()["items"]}


def present(desk: Desk) -> list[str]:
    return [m["user"] for m in desk.other_manager.get(ONE).json()["members"] if m["left_on"] is None]


@followed_or_not
def test_the_task_force_reads_on_and_nobody_else_of_the_branch(desk, followed) -> None:
    remedy = desk.submit()
    move(desk, "B2", followed=followed)
    for reader in (desk.manager, desk.staff):
        body = reader.get(ONE).json()
        assert (body["branch_id"], body["client_name"]) == ("B2", "C1 Trading")
        assert [each["remedy_id"] for each in reader.get(f"{ONE}/remedies").json()["items"]] == [remedy[-36:]]
        assert reader.get(f"{ONE}/tasks").status_code == reader.get(f"{ONE}/reviews").status_code == 200
        assert listed(reader) == {CASE}
    outsiders = (desk.api.a("branch_manager", "B1", "manager-b009"), desk.api.staff("B1", "staff-18"))
    strangers = (desk.api.staff("B3", "staff-17"), desk.api.a("branch_manager", "B3", "manager-b001"))
    for person in (*outsiders, *strangers):
        assert person.get(ONE).status_code == person.get(f"{ONE}/remedies").status_code == 404
        assert listed(person) == set()


@followed_or_not
def test_nothing_else_of_the_client_opens_to_them(desk, followed) -> None:
    remedy = desk.submit()
    alert = desk.staff.get(f"{V1}/alerts?q=C1").json()["items"][0]["alert_id"]
    move(desk, "B2", followed=followed)
    for path in (
        "clients/C1",
        "clients/C1/activity",
        "clients/C1/alerts",
        f"alerts/{alert}",
        remedy[len(V1) + 1 :],
    ):
        assert desk.manager.get(f"{V1}/{path}").status_code == 404, path
    assert "C1" not in desk.manager.get(f"{V1}/alerts").text
    assert "C1" not in desk.manager.get(f"{V1}/clients").text


@followed_or_not
def test_their_acts_are_refused_with_the_reason(desk, followed) -> None:
    move(desk, "B2", followed=followed)
    before = desk.manager.get(ONE).json()
    for person, acts in ((desk.staff, ACTS), (desk.manager, [*ACTS, *LEADS_ACTS])):
        for name, body in acts:
            answer = person.post(f"{ONE}/{name}", json=body)
            assert (answer.status_code, "of branch B2 now" in answer.json()["detail"]) == (403, True), name
    assert desk.manager.get(ONE).json() == before


def test_whoever_was_only_named_by_another_branch_reads_no_more_than_before(desk) -> None:
    desk.manager.post(f"{ONE}/members", json={"user": "staff-21"}).raise_for_status()
    named = desk.api.staff("B3", "staff-21")
    assert named.get(ONE).status_code == 404
    move(desk, "B2")
    assert named.get(ONE).status_code == 404


@followed_or_not
def test_the_new_manager_takes_it_over_and_the_task_force_of_before_is_out(desk, followed) -> None:
    move(desk, "B2", followed=followed)
    assert listed(desk.other_manager) == {CASE, OTHER_CASE}
    etag = desk.other_manager.get(ONE).headers["ETag"]
    desk.other_manager.post(
        f"{ONE}/members", json={"user": "staff-21"}, headers={"If-Match": etag}
    ).raise_for_status()
    assert desk.staff.get(ONE).status_code == 200  # nobody leads it there yet
    desk.other_manager.post(f"{ONE}/lead", json={"lead": "manager-b002"}).raise_for_status()
    assert present(desk) == ["staff-21", "manager-b002"]
    for reader in (desk.manager, desk.staff):
        assert reader.get(ONE).status_code == reader.post(f"{ONE}/tasks", json=ACTS[2][1]).status_code == 404
        assert listed(reader) == set()
    assert desk.api.staff("B2", "staff-21").post(f"{ONE}/tasks", json=ACTS[2][1]).status_code == 200
    assert desk.other_manager.post(f"{ONE}/transitions", json={"to": "in_review"}).status_code == 200
    events = [each["what"] for each in desk.other_manager.get(ONE).json()["timeline"]]
    assert events.count("client.moved") == 1


def test_closed_by_the_new_branch_it_is_no_longer_theirs_to_read(desk) -> None:
    move(desk, "B2")
    desk.other_manager.post(f"{ONE}/close", json=LEADS_ACTS[0][1]).raise_for_status()
    assert desk.manager.get(ONE).status_code == desk.staff.get(ONE).status_code == 404


def test_moved_back_they_act_again_and_hand_over_among_themselves(desk) -> None:
    for branch in ("B2", "B1"):
        move(desk, branch)
    assert desk.other_manager.get(ONE).status_code == 404
    desk.manager.post(f"{ONE}/lead", json={"lead": "staff-17"}).raise_for_status()
    assert {m["user"] for m in desk.staff.get(ONE).json()["members"] if m["left_on"] is None} == {
        "manager-b001",
        "staff-17",
    }


def test_moved_on_before_anybody_took_it_the_first_branch_still_reads(desk) -> None:
    for branch in ("B2", "B3"):
        move(desk, branch)
    assert desk.staff.get(ONE).status_code == 200
    assert desk.other_manager.get(ONE).status_code == 404
    assert desk.api.a("branch_manager", "B3", "manager-b003").get(ONE).status_code == 200


def test_a_remedy_that_waits_is_decided_by_the_new_branch_and_never_by_its_maker(desk) -> None:
    remedy, second = desk.submit(), desk.submit(fee_code="SAFE-BOX")
    move(desk, "B2")
    assert desk.manager.post(f"{remedy}/approve").status_code == 404
    maker = desk.api.a("branch_manager", "B2", "staff-17")  # who went along with the client, and was promoted
    assert maker.post(f"{remedy}/approve").status_code == 403
    assert desk.other_manager.post(f"{remedy}/approve").json()["state"] == "approved"
    assert desk.approver.post(f"{second}/approve").json()["state"] == "approved"


@pytest.mark.parametrize(("role", "status"), [("approver", 200), ("auditor", 200), ("operations", 403)])
def test_who_sees_every_branch_sees_it_as_before(desk, role, status) -> None:
    move(desk, "B2")
    assert desk.api.a(role).get(ONE).status_code == status


def test_formed_anew_after_its_end_the_old_task_force_stays_out(desk) -> None:
    """What was closed in one branch is opened again by another one's manager."""
    desk.manager.post(f"{ONE}/close", json=LEADS_ACTS[0][1]).raise_for_status()
    desk.bank.alert("C1", week=WEEK + 1)
    move(desk, "B2")
    answer = desk.other_manager.post(f"{V1}/cases", json={"client_id": "C1"})
    assert (answer.status_code, answer.json()["case_id"]) == (200, CASE), answer.text
    assert present(desk) == ["manager-b002"]
    assert desk.manager.get(ONE).status_code == 404
    with desk.bank.store.read() as tx:
        assert case_rows.get(tx, CASE).worked_in == "B2"


def test_a_client_that_lost_its_branch_takes_no_case_along(desk) -> None:
    move(desk, NO_BRANCH)
    with desk.bank.store.read() as tx:
        assert case_rows.get(tx, CASE).worked_in == "B1"


def test_a_case_is_worked_in_the_branch_that_forms_it(desk) -> None:
    desk.bank.alert("C2")
    made = desk.manager.post(f"{V1}/cases", json={"client_id": "C2"}).json()["case_id"]
    with desk.bank.store.read() as tx:
        assert case_rows.get(tx, made).worked_in == "B1"
