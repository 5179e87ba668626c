"""Every route for every role: one table."""

from __future__ import annotations

from typing import Any

import pytest

from casework.episodes import alert_id_of
from schemas.verdicts import Direction
from schemas.weeks import parse_week

WEEK = parse_week("2026-W02")
ALERT = alert_id_of("C1", Direction.FALL, WEEK)
DEAD = "00000000-0000-5000-8000-000000000001"
EVERYBODY = {"branch_staff", "branch_manager", "approver", "auditor", "operations"}
BRANCH = {"branch_staff", "branch_manager"}
LOOKERS = {"operations", "auditor"}

ROUTES: list[tuple[str, str, dict[str, Any] | None, set[str]]] = [
    ("GET", "/clients", None, EVERYBODY),
    ("GET", "/clients/C1", None, EVERYBODY),
    ("GET", "/clients/C1/activity", None, EVERYBODY),
    ("GET", "/clients/C1/alerts", None, EVERYBODY),
    ("GET", "/alerts", None, EVERYBODY),
    ("GET", f"/alerts/{ALERT}", None, EVERYBODY),
    ("POST", f"/alerts/{ALERT}/acknowledge", {}, BRANCH),
    ("POST", f"/alerts/{ALERT}/snooze", {"until": "2026-02-01", "reason": "new year lull"}, BRANCH),
    ("POST", f"/alerts/{ALERT}/close", {"outcome": "false_alarm"}, BRANCH),
    ("POST", f"/alerts/{ALERT}/assign", {"assignee": "staff-4"}, BRANCH),
    ("GET", "/dead-letters", None, LOOKERS),
    ("GET", f"/dead-letters/{DEAD}", None, LOOKERS),
    ("POST", f"/dead-letters/{DEAD}/replay", {}, {"operations"}),
    ("GET", "/held-weeks", None, LOOKERS),
    ("POST", "/held-weeks/0/2026-W02/release", {"reason": "the branch was shut"}, {"operations"}),
    ("GET", "/audit", None, {"auditor"}),
]


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _, _ in ROUTES])
def test_a_route_opens_to_its_roles_and_to_no_other(two_branches, api, method, path, body, allowed) -> None:
    refused = sorted(EVERYBODY - allowed)
    for role in [*refused, *sorted(allowed)[:1]]:
        answer = api.a(role, "B1").request(method, f"/api/v1{path}", json=body)
        assert answer.status_code == (200 if role in allowed else 403), role
        assert ("forbidden" in answer.text) is (role not in allowed)


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _, _ in ROUTES])
def test_every_allowed_role_gets_in(two_branches, api, method, path, body, allowed) -> None:
    for role in sorted(allowed):
        answer = api.a(role, "B1").request(method, f"/api/v1{path}", json=body)
        assert answer.status_code in ({200} if method == "GET" else {200, 409}), (role, answer.text)


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _, _ in ROUTES])
def test_nobody_gets_in_without_a_token(two_branches, api, method, path, body, allowed) -> None:
    answer = api.anyone().request(method, f"/api/v1{path}", json=body)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_table_above_has_every_route(api) -> None:
    known = {(method, _shape(path)) for method, path, _, _ in ROUTES}
    document = api.app.openapi()["paths"]
    served = {
        (method.upper(), _shape(path.removeprefix("/api/v1")))
        for path, methods in document.items()
        if path.startswith("/api/v1")
        for method in methods
    }
    assert served == known


def _shape(path: str) -> tuple[str, ...]:
    fixed = {"clients", "activity", "alerts", "acknowledge", "snooze", "close", "assign", "audit"}
    fixed |= {"dead-letters", "replay", "held-weeks", "release"}
    return tuple(part if part in fixed else "*" for part in path.strip("/").split("/"))
