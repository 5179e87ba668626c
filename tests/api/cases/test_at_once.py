"""Several people at the same case at the same moment, and the whole story: on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from store.tables.cases import case_event, client_case
from store.tables.operations import audit
from tests.api.conftest import CASE, WEEK

AT_ONCE = 20
PATH = f"/api/v1/cases/{CASE}"


@pytest.fixture
def scene(store, bank_on):
    bank, api = bank_on(store)
    bank.client("C1", "B1", first_week=2900)
    return bank, api, bank.alert("C1")


def together(work, count: int) -> list:
    gate = threading.Barrier(count)

    def one(number: int):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def count_of(bank, table: sa.Table) -> int:
    with bank.store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table))


def test_of_twenty_who_form_a_case_about_one_client_one_does(scene) -> None:
    bank, api, alert = scene
    people = [api.a("branch_manager", "B1", f"manager-{n}") for n in range(AT_ONCE)]
    answers = together(lambda n: people[n].post("/api/v1/cases", json={"client_id": "C1"}), AT_ONCE)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: AT_ONCE - 1}
    (made,) = [answer.json()["case_id"] for answer in answers if answer.status_code == 200]
    assert all(made in answer.json()["detail"] for answer in answers if answer.status_code == 409)
    assert (count_of(bank, client_case), count_of(bank, case_event), count_of(bank, audit)) == (1, 1, 2)
    assert people[0].get(f"/api/v1/alerts/{alert}").json()["revision"] == 2


def test_of_those_who_open_a_relapse_again_one_does(scene) -> None:
    bank, api, _ = scene
    bank.case("C1", state="closed", closed_at=api.clock.now, closed_week=WEEK)
    people = [api.a("branch_manager", "B1", f"manager-{n}") for n in range(6)]
    answers = together(lambda n: people[n].post("/api/v1/cases", json={"client_id": "C1"}), 6)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}
    assert count_of(bank, client_case) == 1
    assert people[0].get(PATH).json()["times_reopened"] == 1


def test_closings_and_acts_on_its_alert_at_once_all_end_well(scene) -> None:
    bank, api, alert = scene
    bank.case("C1", CASE, alert)
    manager = [api.a("branch_manager", "B1", f"manager-{n}") for n in range(6)]
    closing = {"truth": "true_decline", "retention": "lost", "cause": "c"}

    def act(n: int):
        if n % 2:
            return manager[n].post(f"{PATH}/close", json=closing)
        return manager[n].post(f"/api/v1/alerts/{alert}/assign", json={"assignee": f"to-{n}"})

    answers = together(act, 6)
    assert {answer.status_code for answer in answers} <= {200, 409}
    case = manager[0].get(PATH).json()
    assert (case["state"], case["revision"]) == ("closed", 2)
    assert manager[0].get(f"/api/v1/alerts/{alert}").json()["outcome"] == "true_decline"


def test_changes_of_one_case_follow_one_another_and_none_is_lost(scene) -> None:
    bank, api, _ = scene
    bank.case("C1")
    people = [api.staff(user=f"staff-{n}") for n in range(6)]
    task = {"owner": "staff-17", "due_on": "2026-02-01"}
    answers = together(lambda n: people[n].post(f"{PATH}/tasks", json=task | {"title": f"task {n}"}), 6)
    assert sorted(answer.json()["revision"] for answer in answers) == list(range(2, 8))
    assert {t["title"] for t in people[0].get(PATH).json()["tasks"]} == {f"task {n}" for n in range(6)}


def test_the_story_of_a_case_is_the_same_on_both_databases(scene) -> None:
    _, api, _ = scene
    manager, staff = api.a("branch_manager", "B1", "manager-b001"), api.staff()
    case = manager.post("/api/v1/cases", json={"client_id": "C1", "members": [{"user": "staff-17"}]}).json()
    path = f"/api/v1/cases/{case['case_id']}"
    acts = [
        (staff, "transitions", {"to": "in_review"}),
        (staff, "reviews", {"minutes": "m", "decision": "visit", "swot": {"threats": ["海港"]}}),
        (staff, "tasks", {"title": "call", "owner": "staff-17", "due_on": "2026-01-20", "kind": "contact"}),
        (staff, "transitions", {"to": "plan"}),
        (manager, "transitions", {"to": "suspended", "until": "2026-02-02"}),
        (manager, "members/leave", {"user": "staff-17"}),
        (manager, "close", {"truth": "true_decline", "retention": "lost", "cause": "c"}),
        (manager, "transitions", {"to": "reopened"}),
    ]
    for person, act, body in acts:
        answer = person.post(f"{path}/{act}", json=body)
        assert answer.status_code == 200, answer.text
    told = staff.get(path).json()
    assert (told["revision"], told["state"]) == (1 + len(acts), "reopened")
    assert [e["what"] for e in told["timeline"]] == [
        "opened", "moved", "reviewed", "task.added", "moved", "suspended", "member.left", "closed", "reopened"
    ]  # fmt: skip
    listed = staff.get("/api/v1/cases?state=reopened&member=manager-b001").json()["items"]
    assert [each["case_id"] for each in listed] == [case["case_id"]]
    tasks = staff.get("/api/v1/tasks?owner=staff-17&limit=1").json()
    assert ([t["title"] for t in tasks["items"]], tasks["next"]) == (["call"], None)
