"""Every route for every role: one table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.alerts.episodes import alert_id_of
from casework.cases.case_lifecycle import Task
from casework.notices.recipients import Preference
from casework.quiet.calendar import Entry
from schemas.verdicts import Direction
from schemas.weeks import parse_week
from store.notices import notice_preferences
from store.quiet import calendar
from tests.api.conftest import NOW
from tests.api.policy_desk import KEPT, a_kept_policy, content
from tests.api.remedy_desk import REDUCTION, RUNNING, WAITING, two_remedies

WEEK = parse_week("2026-W02")
ALERT = alert_id_of("C1", Direction.FALL, WEEK)
CASE = "00000000-0000-4000-8000-00000000000c"
DEAD = "00000000-0000-5000-8000-000000000001"
EVERYBODY = {"branch_staff", "branch_manager", "approver", "auditor", "operations"}
BRANCH = {"branch_staff", "branch_manager"}
LOOKERS = {"operations", "auditor"}
FIGURES = {"branch_manager", "approver", "auditor"}
CASE_READERS = EVERYBODY - {"operations"}
MANAGER = {"branch_manager"}
CHECKERS = {"branch_manager", "approver"}
SHUT = {"scope": "client", "subject": "C1", "first_week": "2026-W03", "last_week": "2026-W05", "reason": "shut"}
TERMS = {name: value for name, value in REDUCTION.items() if name != "type"}
CLOSING = {"truth": "false_alarm", "retention": "lost", "cause": "none"}

ROUTES: list[tuple[str, str, dict[str, Any] | None, set[str]]] = [
    ("GET", "/clients", None, EVERYBODY),
    ("GET", "/clients/C1", None, EVERYBODY),
    ("GET", "/clients/C1/activity", None, EVERYBODY),
    ("GET", "/clients/C1/alerts", None, EVERYBODY),
    ("GET", "/clients/C1/peers", None, EVERYBODY),
    ("GET", "/clients/C1/presets", None, EVERYBODY),
    ("GET", "/alerts", None, EVERYBODY),
    ("GET", "/alert-totals", None, EVERYBODY),
    ("GET", f"/alerts/{ALERT}", None, EVERYBODY),
    ("POST", f"/alerts/{ALERT}/acknowledge", {}, BRANCH),
    ("POST", f"/alerts/{ALERT}/snooze", {"until": "2026-02-01", "reason": "new year lull"}, BRANCH),
    ("POST", f"/alerts/{ALERT}/close", {"outcome": "false_alarm"}, BRANCH),
    ("POST", f"/alerts/{ALERT}/assign", {"assignee": "staff-4"}, BRANCH),
    ("POST", "/alerts/bulk", {"act": "acknowledge", "alert_ids": [ALERT]}, BRANCH),
    ("POST", "/alerts/gone", {"alert_ids": [ALERT], "outcome": "true_decline"}, BRANCH),
    ("GET", "/movements", None, EVERYBODY),
    ("GET", "/calendar", None, EVERYBODY),
    ("GET", "/calendar/holidays?year=2026", None, EVERYBODY),
    ("POST", "/calendar", SHUT, CHECKERS),
    ("DELETE", f"/calendar/{CASE}", None, CHECKERS),
    ("GET", "/cases", None, CASE_READERS),
    ("POST", "/cases", {"client_id": "C1"}, MANAGER),
    ("GET", f"/cases/{CASE}", None, CASE_READERS),
    ("POST", f"/cases/{CASE}/transitions", {"to": "in_review"}, BRANCH),
    ("POST", f"/cases/{CASE}/alerts", {}, BRANCH),
    ("POST", f"/cases/{CASE}/close", CLOSING, MANAGER),
    ("POST", f"/cases/{CASE}/members", {"user": "staff-4"}, MANAGER),
    ("POST", f"/cases/{CASE}/members/leave", {"user": "staff-17"}, MANAGER),
    ("POST", f"/cases/{CASE}/lead", {"lead": "staff-17"}, MANAGER),
    ("GET", f"/cases/{CASE}/tasks", None, CASE_READERS),
    ("POST", f"/cases/{CASE}/tasks", {"title": "t", "owner": "staff-17", "due_on": "2026-02-01"}, BRANCH),
    ("POST", f"/cases/{CASE}/tasks/{CASE}/done", {"evidence": "e"}, BRANCH),
    ("POST", f"/cases/{CASE}/tasks/{CASE}/cancel", {}, BRANCH),
    ("GET", f"/cases/{CASE}/reviews", None, CASE_READERS),
    ("POST", f"/cases/{CASE}/reviews", {"minutes": "m", "decision": "d"}, BRANCH),
    ("GET", "/tasks", None, CASE_READERS),
    ("GET", "/remedies", None, CASE_READERS),
    ("GET", f"/remedies/{WAITING}", None, CASE_READERS),
    ("GET", f"/remedies/{WAITING}/what-if", None, CASE_READERS),
    ("POST", f"/remedies/{WAITING}/revise", TERMS, BRANCH),
    ("POST", f"/remedies/{WAITING}/submit", {}, BRANCH),
    ("POST", f"/remedies/{WAITING}/approve", {}, CHECKERS),
    ("POST", f"/remedies/{WAITING}/reject", {"note": "no"}, CHECKERS),
    ("POST", f"/remedies/{WAITING}/return", {"note": "no"}, CHECKERS),
    ("POST", f"/remedies/{WAITING}/withdraw", {}, BRANCH),
    ("POST", f"/remedies/{RUNNING}/revoke", {"note": "no"}, CHECKERS),
    ("GET", f"/cases/{CASE}/remedies", None, CASE_READERS),
    ("POST", f"/cases/{CASE}/remedies", {"type": "executive_visit"}, BRANCH),
    ("GET", f"/cases/{CASE}/what-if?list_price=1200.00&ends_on=2026-05-01", None, CASE_READERS),
    ("GET", "/dead-letters", None, LOOKERS),
    ("GET", f"/dead-letters/{DEAD}", None, LOOKERS),
    ("POST", f"/dead-letters/{DEAD}/replay", {}, {"operations"}),
    ("POST", "/dead-letters/replay", {"reason": "no_rate"}, {"operations"}),
    ("GET", "/held-weeks", None, LOOKERS),
    ("POST", "/held-weeks/0/2026-W02/release", {"reason": "the branch was shut"}, {"operations"}),
    ("GET", "/notices", None, EVERYBODY),
    ("GET", "/notices/preferences", None, EVERYBODY),
    ("POST", "/notices/preferences", {"kinds": []}, EVERYBODY),
    ("POST", "/notices/preferences/test", {}, EVERYBODY),
    ("GET", "/figures", None, FIGURES),
    ("GET", "/figures.csv", None, FIGURES),
    ("GET", "/figures.xlsx", None, FIGURES),
    ("GET", "/alerts.csv", None, EVERYBODY),
    ("GET", "/alerts.xlsx", None, EVERYBODY),
    ("GET", "/cases.csv", None, EVERYBODY - {"operations"}),
    ("GET", "/cases.xlsx", None, EVERYBODY - {"operations"}),
    ("GET", "/policies", None, FIGURES),
    ("GET", f"/policies/{KEPT}", None, FIGURES),
    ("POST", "/policies", {"policy": content()}, {"approver"}),
    ("POST", "/policies/preview", {"version": KEPT}, {"approver"}),
    ("POST", f"/policies/{KEPT}/apply", {}, {"approver"}),
    ("GET", "/audit", None, {"auditor"}),
]


@pytest.fixture
def bank_with_a_case(two_branches):
    """With a case of C2 that has a task, two remedies, a policy, and an address at which staff-17 is told."""
    two_branches.case("C2", CASE, tasks=(Task(CASE, "call", "staff-17", date(2026, 2, 1)),))
    two_remedies(two_branches)
    a_kept_policy(two_branches)
    with two_branches.store.write() as tx:
        address = "json://sink.bank.example"
        shut = Entry(CASE, "branch", "B1", WEEK, WEEK, "shut")
        calendar.add_entry(tx, shut, "manager-b001", NOW)
        notice_preferences.save(tx, Preference("staff-17", "branch_staff", "B1", "en", address))


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _, _ in ROUTES])
def test_a_route_opens_to_its_roles_and_to_no_other(bank_with_a_case, api, method, path, body, allowed) -> None:
    refused = sorted(EVERYBODY - allowed)
    for role in [*refused, *sorted(allowed)[:1]]:
        answer = api.a(role, "B1").request(method, f"/api/v1{path}", json=body)
        assert answer.status_code == (200 if role in allowed else 403), role
        assert ("forbidden" in answer.text) is (role not in allowed)


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _, _ in ROUTES])
def test_every_allowed_role_gets_in(bank_with_a_case, api, method, path, body, allowed) -> None:
    for role in sorted(allowed):
        answer = api.a(role, "B1").request(method, f"/api/v1{path}", json=body)
        assert answer.status_code in ({200} if method == "GET" else {200, 409}), (role, answer.text)


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _, _ in ROUTES])
def test_nobody_gets_in_without_a_token(bank_with_a_case, api, method, path, body, allowed) -> None:
    answer = api.anyone().request(method, f"/api/v1{path}", json=body)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_table_above_has_every_route(api) -> None:
    paths = {
        path.removeprefix("/api/v1"): each for path, each in api.app.openapi()["paths"].items() if "/api/" in path
    }
    fixed = {part for path in paths for part in path.split("/") if "{" not in part}
    known = {(method, _shape(path, fixed)) for method, path, _, _ in ROUTES}
    assert {(method.upper(), _shape(path, fixed)) for path, each in paths.items() for method in each} == known


def _shape(path: str, fixed: set[str]) -> tuple[str, ...]:
    return tuple(part if part in fixed else "*" for part in path.partition("?")[0].split("/"))
