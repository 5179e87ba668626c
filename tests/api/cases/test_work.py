"""The task force, its tasks and its minutes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from schemas.weeks import parse_week
from store.tables.clients import client
from store.tables.ledger import shard, shard_week
from tests.api.conftest import CASE

PATH = f"/api/v1/cases/{CASE}"
TASK = {"title": "call the treasurer", "owner": "staff-17", "due_on": "2026-01-20", "kind": "contact"}
MINUTES = {
    "minutes": "payroll has moved\nsuppliers follow", "decision": "visit them this week",
    "swot": {"strengths": ["thirty years with us"], "threats": ["海港 undercuts us"]},
}  # fmt: skip


@pytest.fixture
def manager(two_branches, api):
    two_branches.case("C1")
    return api.a("branch_manager", "B1", "manager-b001")


def present(case: dict) -> dict[str, str]:
    return {m["user"]: m["role"] for m in case["members"] if m["left_on"] is None}


def test_people_join_leave_and_hand_over(manager, api) -> None:
    joined = manager.post(f"{PATH}/members", json={"user": "staff-4", "role": "marketing"}).json()
    assert present(joined) == {"manager-b001": "lead", "staff-17": "analyst", "staff-4": "marketing"}
    api.clock.now += timedelta(days=1)
    left = manager.post(f"{PATH}/members/leave", json={"user": "staff-17"}).json()
    assert ("staff-17", "2026-01-13", "2026-01-14") in [
        (m["user"], m["joined_on"], m["left_on"]) for m in left["members"]
    ]
    handed = manager.post(f"{PATH}/lead", json={"lead": "staff-4"}).json()
    assert (handed["lead"], present(handed)) == ("staff-4", {"manager-b001": "member", "staff-4": "lead"})
    refused = manager.post(f"{PATH}/members/leave", json={"user": "staff-4"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/user")
    assert [(e["what"], e["note"]) for e in handed["timeline"]] == [
        ("member.joined", "staff-4: marketing"),
        ("member.left", "staff-17"),
        ("lead.changed", "staff-4"),
    ]


def test_who_is_there_already_joins_without_a_trace(manager, api) -> None:
    again = manager.post(f"{PATH}/members", json={"user": "staff-17", "role": "analyst"})
    assert (again.status_code, again.headers["ETag"], again.json()["timeline"]) == (200, '"1"', [])
    assert api.a("auditor").get("/api/v1/audit").json()["items"] == []


def test_a_task_is_added_and_done_with_evidence(manager, api) -> None:
    (task,) = manager.post(f"{PATH}/tasks", json=TASK).json()["tasks"]
    assert (task["state"], task["evidence"]) == ("open", None)
    path = f"{PATH}/tasks/{task['task_id']}"
    assert api.staff().post(f"{path}/done", json={}).status_code == 422
    done = api.staff().post(f"{path}/done", json={"evidence": "note of the call"}).json()
    assert done["tasks"] == [
        task | {"state": "done", "evidence": "note of the call", "done_by": "staff-17",
                "done_at": "2026-01-13T02:00:00Z"}
    ]  # fmt: skip
    assert [(d["done_on"], d["status"]) for d in done["deadlines"] if d["step"] == "first_contact"] == [
        ("2026-01-13", "met")
    ]
    assert api.staff().post(f"{path}/done", json={"evidence": "again"}).json()["revision"] == done["revision"]
    assert api.staff().post(f"{path}/cancel").status_code == 409
    assert [(e["what"], e["note"]) for e in done["timeline"]] == [
        ("task.added", "call the treasurer"),
        ("task.done", "call the treasurer"),
    ]
    (audited, _) = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert (audited["action"], audited["before"]["tasks"][0]["state"]) == ("case.finish_task", "open")
    assert audited["after"]["tasks"][0]["state"] == "done"


def test_a_task_is_cancelled_and_then_not_done(manager, api) -> None:
    (task,) = manager.post(f"{PATH}/tasks", json=TASK).json()["tasks"]
    path = f"{PATH}/tasks/{task['task_id']}"
    assert manager.post(f"{path}/cancel", json={}).json()["tasks"][0]["state"] == "cancelled"
    assert manager.post(f"{path}/done", json={"evidence": "e"}).status_code == 409


def test_a_task_of_another_case_is_not_found(manager, two_branches, api) -> None:
    two_branches.case("C2", f"{CASE[:-1]}2")
    (task,) = manager.post(f"/api/v1/cases/{CASE[:-1]}2/tasks", json=TASK).json()["tasks"]
    for act, body in (("done", {"evidence": "e"}), ("cancel", {})):
        assert manager.post(f"{PATH}/tasks/{task['task_id']}/{act}", json=body).status_code == 404


def test_a_review_is_minuted_with_its_swot(manager, api) -> None:
    case = api.staff().post(f"{PATH}/reviews", json=MINUTES).json()
    (review,) = case["reviews"]
    assert (review["held_on"], review["attendees"], review["written_by"]) == (
        "2026-01-13",
        ["manager-b001", "staff-17"],
        "staff-17",
    )
    assert review["swot"] == {
        "strengths": ["thirty years with us"], "weaknesses": [], "opportunities": [],
        "threats": ["海港 undercuts us"],
    }  # fmt: skip
    assert [d["status"] for d in case["deadlines"] if d["step"] == "first_review"] == ["met"]
    assert api.staff().get(f"{PATH}/reviews").json() == {"items": [review], "next": None}


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"attendees": ["manager-b001", "staff-4"]}, "/attendees"),
        ({"attendees": ["manager-b001"]}, "/attendees"),
        ({"held_on": "2026-01-14"}, "/held_on"),
        ({"held_on": "2026-01-12"}, "/attendees"),
        ({"swot": {"luck": ["x"]}}, "/swot/luck"),
    ],
)
def test_minutes_that_cannot_be_true_are_refused(manager, more, pointer) -> None:
    answer = manager.post(f"{PATH}/reviews", json=MINUTES | more)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_my_tasks_are_those_of_all_cases_due_first(manager, two_branches, api) -> None:
    two_branches.case("C2", f"{CASE[:-1]}2")
    two_branches.case("D1", f"{CASE[:-1]}3")
    for case, day in (("c", "2026-01-22"), ("2", "2026-01-19"), ("c", "2026-01-20")):
        manager.post(f"/api/v1/cases/{CASE[:-1]}{case}/tasks", json=TASK | {"due_on": day})
    manager.post(f"{PATH}/tasks", json=TASK | {"owner": "staff-4"})
    api.a("branch_manager", "B2").post(f"/api/v1/cases/{CASE[:-1]}3/tasks", json=TASK)
    staff, tasks = api.staff(), "/api/v1/tasks"
    mine = staff.get(f"{tasks}?owner=staff-17&state=open").json()["items"]
    assert [(t["due_on"], t["client_id"], t["client_name"]) for t in mine] == [
        ("2026-01-19", "C2", "C2 Trading"),
        ("2026-01-20", "C1", "C1 Trading"),
        ("2026-01-22", "C1", "C1 Trading"),
    ]
    assert len(staff.get(tasks).json()["items"]) == 4
    assert len(api.a("auditor").get(tasks).json()["items"]) == 5
    page = staff.get(f"{tasks}?limit=3").json()
    rest = staff.get(f"{tasks}?limit=3&cursor={page['next']}").json()
    assert [t["due_on"] for t in page["items"] + rest["items"]] == [f"2026-01-{day}" for day in (19, 20, 20, 22)]
    assert staff.get(f"{tasks}?state=done").json() == {"items": [], "next": None}
    assert [t["due_on"] for t in staff.get(f"{PATH}/tasks").json()["items"]] == ["2026-01-22"] + ["2026-01-20"] * 2


def test_what_became_of_the_client_is_proposed_from_its_volume(manager, two_branches, api) -> None:
    """A hundred a week each way, none from the case on for a quarter, then eighty."""
    week = parse_week("2026-W03")  # the case's
    amounts = {week - 80 + n: (100_00, 100_00) for n in range(81)}
    amounts |= {week + 1 + n: (0, 0) if n < 13 else (80_00, 80_00) for n in range(26)}
    two_branches.volumes("C1", amounts)
    with two_branches.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(first_week=week - 80))
        tx.execute(sa.update(shard).values(next_to_close=week + 20))
        tx.execute(sa.delete(shard_week))
    first, second = manager.get(PATH).json()["retention_proposals"]
    assert first == {
        "weeks": 13, "proposal": "not_attempted", "before": "200.00", "after": "0.00", "share_pct": 0.0
    }  # fmt: skip
    assert second == {"weeks": 26, "proposal": None, "before": None, "after": None, "share_pct": None}
    with two_branches.store.write() as tx:
        tx.execute(sa.update(shard).values(next_to_close=week + 27))
    second = manager.get(PATH).json()["retention_proposals"][1]
    assert (second["proposal"], second["after"], second["share_pct"]) == ("not_attempted", "160.00", 80.0)
    with two_branches.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(closed_on=date(2026, 1, 12)))
    assert [each["proposal"] for each in manager.get(PATH).json()["retention_proposals"]] == ["lost", "lost"]
