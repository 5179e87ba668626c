"""Forming a case and finding it: about the client's own alerts, one open a client; a relapse opens the last one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from schemas.messages import AlertMessage
from schemas.verdicts import Direction, Grade
from schemas.weeks import parse_week
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.operations import outbox
from tests.api.conftest import CASE, NOW

CASES = "/api/v1/cases"
WEEK = parse_week("2026-W02")


@pytest.fixture
def manager(two_branches, api):
    return api.a("branch_manager", "B1", "manager-b001")


def form(person, client_id: str = "C1", **more):
    return person.post(CASES, json={"client_id": client_id} | more)


def close(person, case_id: str, truth: str = "true_diversion") -> None:
    told = {"truth": truth, "retention": "saved", "cause": "a cheaper offer elsewhere"}
    assert person.post(f"{CASES}/{case_id}/close", json=told).status_code == 200


def alert_of(api, client_id: str = "C1") -> dict:
    (found,) = api.a("auditor").get(f"/api/v1/clients/{client_id}/alerts").json()["items"]
    return found


def test_a_case_takes_the_clients_open_alerts_and_says_so_everywhere(manager, two_branches, api) -> None:
    answer = form(manager, members=[{"user": "staff-17", "role": "relationship_manager"}])
    case = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert (case["state"], case["lead"], case["origin"], case["alarm"]) == (
        "forming",
        "manager-b001",
        "alert",
        True,
    )
    assert (case["client_name"], case["branch_id"], case["value_at_risk"]) == ("C1 Trading", "B1", "120000.00")
    assert (case["opened_at"], case["opened_week"]) == ("2026-01-13T02:00:00Z", "2026-W03")
    assert case["members"] == [
        {"user": "manager-b001", "role": "lead", "joined_on": "2026-01-13", "left_on": None},
        {"user": "staff-17", "role": "relationship_manager", "joined_on": "2026-01-13", "left_on": None},
    ]
    assert case["next_states"] == ["in_review", "suspended", "closed"]
    assert [(e["what"], e["actor"], e["state"]) for e in case["timeline"]] == [
        ("opened", "manager-b001", "forming")
    ]
    alert = alert_of(api)
    assert (alert["state"], alert["revision"], [alert["alert_id"]]) == ("in_case", 2, case["alert_ids"])
    with two_branches.store.read() as tx:
        value = tx.scalar(sa.select(outbox.c.value).order_by(outbox.c.outbox_id.desc()).limit(1))
    told = msgspec.json.decode(value, type=AlertMessage)
    assert (told.alert_id, told.revision, told.state) == (alert["alert_id"], 2, "in_case")
    trail = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert {(e["action"], e["key"]) for e in trail} == {
        ("case.open", case["case_id"]),
        ("alert.take_into_case", alert["alert_id"]),
    }
    assert manager.get(f"{CASES}/{case['case_id']}").json() == case


def test_the_deadlines_count_from_the_monday_after_the_alerts_week(manager, api) -> None:
    case = form(manager).json()
    assert [(d["step"], d["due_on"], d["done_on"], d["status"]) for d in case["deadlines"]] == [
        ("acknowledge", "2026-01-13", "2026-01-13", "met"),
        ("task_force", "2026-01-14", "2026-01-13", "met"),
        ("first_contact", "2026-01-19", None, "due"),
        ("first_review", "2026-01-19", None, "due"),
    ]
    api.clock.now = datetime(2026, 1, 18, 17, tzinfo=UTC)  # already Monday in Hong Kong
    later = api.staff().get(f"{CASES}/{case['case_id']}").json()["deadlines"]
    assert [d["status"] for d in later] == ["met", "met", "warned", "warned"]
    api.clock.now += timedelta(days=1)
    later = api.staff().get(f"{CASES}/{case['case_id']}").json()["deadlines"]
    assert [d["status"] for d in later] == ["met", "met", "breached", "breached"]


def test_a_second_case_is_refused_and_names_the_open_one(manager) -> None:
    case = form(manager).json()
    again = form(manager)
    assert (again.status_code, again.json()["type"]) == (409, "urn:ebbwatch:problem:conflict")
    assert case["case_id"] in again.json()["detail"]


def test_named_alerts_are_the_clients_own_and_open(manager, two_branches, api) -> None:
    rise = two_branches.alert("C1", direction=Direction.RISE, at_risk=0)
    fall, other = alert_of_direction(api, "fall"), alert_of(api, "C2")["alert_id"]
    for strange in (other, "0" * 36):
        answer = form(manager, alert_ids=[fall, strange])
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/alert_ids")
    assert form(manager, alert_ids=[fall]).json()["alert_ids"] == [fall]
    assert manager.get(f"/api/v1/alerts/{rise}").json()["state"] == "open"
    manager.post(f"/api/v1/alerts/{other}/close", json={"outcome": "false_alarm"})
    assert form(manager, "C2", alert_ids=[other]).status_code == 409
    assert "no alert that is open" in form(manager, "C2").json()["detail"]


def alert_of_direction(api, direction: str) -> str:
    found = api.a("auditor").get("/api/v1/clients/C1/alerts").json()["items"]
    return next(each["alert_id"] for each in found if each["direction"] == direction)


def test_another_branchs_client_and_an_unknown_one_are_not_found(manager) -> None:
    for client_id in ("D1", "X9"):
        assert form(manager, client_id).status_code == 404


def test_a_relapse_within_half_a_year_opens_the_same_case(manager, two_branches, api) -> None:
    case_id = form(manager, members=[{"user": "staff-17"}]).json()["case_id"]
    close(manager, case_id)
    api.clock.now += timedelta(weeks=20)
    alert = two_branches.alert("C1", week=WEEK + 20)
    again = api.a("branch_manager", "B1", "manager-2").post(
        CASES, json={"client_id": "C1", "members": [{"user": "staff-4"}]}
    )
    case = again.json()
    assert (again.status_code, case["case_id"], case["state"], case["times_reopened"]) == (
        200,
        case_id,
        "reopened",
        1,
    )
    assert (case["lead"], case["truth"], case["revision"]) == ("manager-2", None, 3)
    assert {m["user"]: m["role"] for m in case["members"] if m["left_on"] is None} == {
        "manager-2": "lead", "manager-b001": "member", "staff-17": "member", "staff-4": "member"
    }  # fmt: skip
    assert alert in case["alert_ids"]
    assert [e["what"] for e in case["timeline"]] == ["opened", "closed", "reopened"]


def test_an_alert_after_that_is_another_matter(manager, two_branches, api) -> None:
    first = form(manager).json()["case_id"]
    close(manager, first)
    api.clock.now += timedelta(weeks=30)
    two_branches.alert("C1", week=WEEK + 30)
    case = form(manager).json()
    assert (case["case_id"] != first, case["state"], len(case["alert_ids"])) == (True, "forming", 1)


def test_further_alerts_are_added_to_the_case(manager, two_branches, api) -> None:
    case_id = form(manager).json()["case_id"]
    assert manager.post(f"{CASES}/{case_id}/alerts", json={}).json()["revision"] == 1  # nothing that is new
    rise = two_branches.alert("C1", direction=Direction.RISE, at_risk=0)
    added = api.staff().post(f"{CASES}/{case_id}/alerts", json={"alert_ids": [rise]})
    assert (added.status_code, rise in added.json()["alert_ids"], added.json()["revision"]) == (200, True, 2)
    assert manager.get(f"/api/v1/alerts/{rise}").json()["state"] == "in_case"
    again = api.staff().post(f"{CASES}/{case_id}/alerts", json={"alert_ids": [rise]})
    assert (again.json(), again.headers["ETag"]) == (added.json(), '"2"')
    other = api.staff().post(f"{CASES}/{case_id}/alerts", json={"alert_ids": [alert_of(api, "C2")["alert_id"]]})
    assert other.status_code == 422


def test_a_case_of_prompts_alone_has_the_longer_deadlines(manager) -> None:
    case = form(manager, "C2").json()
    assert (case["alarm"], case["deadlines"][0]["due_on"]) == (False, "2026-01-15")


def test_a_prompt_that_becomes_an_alarm_makes_its_case_one(manager, two_branches) -> None:
    case_id = form(manager, "C2").json()["case_id"]
    with two_branches.store.write() as tx:
        tx.execute(sa.update(alert).where(alert.c.client_id == "C2").values(grade=int(Grade.ALARM)))
    assert manager.get(f"{CASES}/{case_id}").json()["alarm"] is True


@pytest.fixture
def three_cases(bank, api):
    """Of C1 and C2 in B1 and D1 in B2, the newest first in the list: D1, C2, C1."""
    for place, (client_id, branch) in enumerate((("C1", "B1"), ("C2", "B1"), ("D1", "B2"))):
        bank.client(client_id, branch, first_week=WEEK)
        at_risk = bank.alert(client_id, grade=Grade.PROMPT, at_risk=(place + 1) * 100)
        bank.case(client_id, f"{CASE[:-1]}{place}", at_risk, opened_at=NOW + timedelta(days=place))
    return api


def found(person, query: str = "") -> list[str]:
    return [each["client_id"] for each in person.get(f"{CASES}{query}").json()["items"]]


def test_cases_are_listed_newest_first_and_by_page(three_cases) -> None:
    auditor = three_cases.a("auditor")
    assert found(auditor) == ["D1", "C2", "C1"]
    assert [each["value_at_risk"] for each in auditor.get(CASES).json()["items"]] == ["3.00", "2.00", "1.00"]
    page = auditor.get(f"{CASES}?limit=2").json()
    rest = auditor.get(f"{CASES}?limit=2&cursor={page['next']}").json()
    assert ([e["client_id"] for e in page["items"]], [e["client_id"] for e in rest["items"]]) == (
        ["D1", "C2"],
        ["C1"],
    )
    assert rest["next"] is None
    assert auditor.get(f"{CASES}?state=closed&cursor={page['next']}").status_code == 400


def test_cases_are_found_by_each_of_their_filters(three_cases, bank) -> None:
    auditor, manager = three_cases.a("auditor"), three_cases.a("branch_manager", "B1")
    assert manager.post(f"{CASES}/{CASE[:-1]}0/members/leave", json={"user": "staff-17"}).status_code == 200
    assert manager.post(f"{CASES}/{CASE[:-1]}1/lead", json={"lead": "manager-2"}).status_code == 200
    close(manager, f"{CASE[:-1]}0")
    assert found(auditor, "?state=closed") == ["C1"]
    assert found(auditor, "?state=closed&state=forming") == ["D1", "C2", "C1"]
    assert found(auditor, "?branch=B2") == ["D1"]
    assert found(auditor, "?lead=manager-2") == ["C2"]
    assert found(auditor, "?client_id=C2") == ["C2"]
    assert found(auditor, "?member=staff-17") == ["D1", "C2"]
    assert found(auditor, "?member=nobody") == []
    assert auditor.get(f"{CASES}?state=asleep").status_code == 422


def test_a_branch_sees_its_own_cases_alone(three_cases) -> None:
    staff = three_cases.staff("B1")
    assert found(staff) == ["C2", "C1"]
    assert found(staff, "?branch=B2") == []
    assert staff.get(f"{CASES}/{CASE[:-1]}2").status_code == 404


def test_a_client_that_moves_takes_its_case_along(three_cases, bank) -> None:
    with bank.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "D1").values(branch_id="B1"))
    assert three_cases.staff("B1").get(f"{CASES}/{CASE[:-1]}2").json()["branch_id"] == "B1"
