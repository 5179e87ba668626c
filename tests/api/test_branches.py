"""Branch people see their own branch and nothing that tells of another one."""

from __future__ import annotations

from datetime import date

import pytest

from casework.alerts.episodes import alert_id_of
from casework.cases.case_lifecycle import Task
from schemas.verdicts import Direction
from schemas.weeks import parse_week

CASE = "00000000-0000-4000-8000-00000000000c"
THEIRS = alert_id_of("D1", Direction.FALL, parse_week("2026-W02"))


@pytest.mark.parametrize("role", ["branch_staff", "branch_manager"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/clients/D1", None),
        ("GET", "/clients/D1/activity", None),
        ("GET", "/clients/D1/alerts", None),
        ("GET", f"/alerts/{THEIRS}", None),
        ("POST", f"/alerts/{THEIRS}/acknowledge", {}),
        ("POST", f"/alerts/{THEIRS}/snooze", {"until": "2026-02-01", "reason": "r"}),
        ("POST", f"/alerts/{THEIRS}/close", {"outcome": "false_alarm"}),
        ("POST", f"/alerts/{THEIRS}/assign", {"assignee": "me"}),
        ("GET", f"/cases/{CASE}", None),
        ("GET", f"/cases/{CASE}/tasks", None),
        ("GET", f"/cases/{CASE}/reviews", None),
        ("POST", f"/cases/{CASE}/transitions", {"to": "in_review"}),
        ("POST", f"/cases/{CASE}/alerts", {}),
        ("POST", f"/cases/{CASE}/tasks", {"title": "t", "owner": "staff-17", "due_on": "2026-02-01"}),
        ("POST", f"/cases/{CASE}/tasks/{CASE}/done", {"evidence": "e"}),
        ("POST", f"/cases/{CASE}/tasks/{CASE}/cancel", {}),
        ("POST", f"/cases/{CASE}/reviews", {"minutes": "m", "decision": "d"}),
    ],
)
def test_another_branchs_thing_is_as_if_it_were_not_there(two_branches, api, role, method, path, body) -> None:
    two_branches.case("D1", CASE, THEIRS, tasks=(Task(CASE, "call", "staff-17", date(2026, 2, 1)),))
    _is_not_there(api.a(role, "B1"), method, path, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cases", {"client_id": "D1"}),
        (f"/cases/{CASE}/close", {"truth": "false_alarm", "retention": "lost", "cause": "c"}),
        (f"/cases/{CASE}/members", {"user": "me"}),
        (f"/cases/{CASE}/members/leave", {"user": "staff-17"}),
        (f"/cases/{CASE}/lead", {"lead": "me"}),
    ],
)
def test_a_manager_does_not_lead_another_branchs_case(two_branches, api, path, body) -> None:
    two_branches.case("D1", CASE, THEIRS)
    _is_not_there(api.a("branch_manager", "B1"), "POST", path, body)


def _is_not_there(person, method: str, path: str, body: dict | None) -> None:
    def asked(client_id: str, alert_id: str, case_id: str):
        named = path.replace("D1", client_id).replace(THEIRS, alert_id).replace(CASE, case_id)
        said = body and {name: client_id if value == "D1" else value for name, value in body.items()}
        return person.request(method, f"/api/v1{named}", json=said)

    theirs, nobodys = asked("D1", THEIRS, CASE), asked("X9", "0" * 36, "0" * 36)
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["title"] == nobodys.json()["title"]


def test_lists_and_filters_show_the_own_branch_alone(two_branches, api) -> None:
    staff = api.staff("B1")
    for query in ("", "?q=D1", "?state=alerting"):
        assert "D1" not in staff.get(f"/api/v1/clients{query}").text
    assert {each["client_id"] for each in staff.get("/api/v1/alerts").json()["items"]} == {"C1", "C2"}
    assert staff.get("/api/v1/clients?branch=B2").json() == {"items": [], "next": None}
    assert staff.get("/api/v1/alerts?branch=B2").json() == {"items": [], "next": None}


@pytest.mark.parametrize("role", ["approver", "auditor", "operations"])
def test_the_other_roles_see_all_branches(two_branches, api, role) -> None:
    person = api.a(role)
    assert [each["client_id"] for each in person.get("/api/v1/clients").json()["items"]] == ["C1", "C2", "D1"]
    assert {each["branch_id"] for each in person.get("/api/v1/alerts").json()["items"]} == {"B1", "B2"}


def test_a_client_that_moves_takes_its_alerts_along(two_branches, api) -> None:
    with two_branches.store.write() as tx:
        tx.exec_driver_sql("UPDATE client SET branch_id = 'B1' WHERE client_id = 'D1'")
    answer = api.staff("B1").get(f"/api/v1/alerts/{THEIRS}")
    assert (answer.status_code, answer.json()["branch_id"]) == (200, "B1")
