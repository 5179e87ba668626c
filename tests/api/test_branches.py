"""Branch people see their own branch and nothing that tells of another one."""

from __future__ import annotations

import pytest

from casework.episodes import alert_id_of
from schemas.verdicts import Direction
from schemas.weeks import parse_week

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
    ],
)
def test_another_branchs_thing_is_as_if_it_were_not_there(two_branches, api, role, method, path, body) -> None:
    person = api.a(role, "B1")
    theirs = person.request(method, f"/api/v1{path}", json=body)
    nobodys = person.request(method, f"/api/v1{path}".replace("D1", "X9").replace(THEIRS, "0" * 36), json=body)
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
