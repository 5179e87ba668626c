"""Moving a case on, putting it aside, and closing it with its alerts."""

from __future__ import annotations

from datetime import date

import pytest

from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import Terms
from store.alerts import alert_rows
from store.remedies import remedy_rows
from tests.api.conftest import CASE, NOW

PATH = f"/api/v1/cases/{CASE}"
CLOSING = {"truth": "true_diversion", "retention": "partly_saved", "cause": "a cheaper offer elsewhere"}


@pytest.fixture
def manager(bank, api):
    """Who leads the case of C1, which is about its only alert."""
    bank.client("C1", "B1", first_week=2900)
    bank.case("C1", CASE, bank.alert("C1"))
    return api.a("branch_manager", "B1", "manager-b001")


def go(person, to: str, **more):
    return person.post(f"{PATH}/transitions", json={"to": to} | more)


def a_remedy(bank, state: str) -> None:
    remedy = Remedy(
        remedy_id=f"{CASE[:-1]}1", case_id=CASE, client_id="C1", revision=1, type="executive_visit", state=state,
        owner="staff-17", maker="staff-17", makers=frozenset({"staff-17"}), terms_version=1,
        terms=Terms(date(2026, 1, 13), None, 0, 0),
    )  # fmt: skip
    with bank.store.write() as tx:
        remedy_rows.save(tx, remedy, alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", NOW)


def test_the_way_of_a_case_is_told_in_its_timeline_and_the_audit_trail(manager, bank, api) -> None:
    staff = api.staff()
    assert go(staff, "in_review", note="all members agreed").json()["state"] == "in_review"
    assert go(staff, "plan").json()["next_states"] == ["in_review", "executing", "suspended", "closed"]
    without = go(staff, "executing")
    assert (without.status_code, "no remedy" in without.json()["detail"]) == (409, True)
    a_remedy(bank, "active")
    assert go(staff, "executing").status_code == 200
    case = go(staff, "monitoring").json()
    assert [(e["what"], e["state"], e["actor"], e["note"]) for e in case["timeline"]] == [
        ("moved", "in_review", "staff-17", "all members agreed"),
        ("moved", "plan", "staff-17", None),
        ("moved", "executing", "staff-17", None),
        ("moved", "monitoring", "staff-17", None),
    ]
    trail = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert [(e["action"], e["before"], e["after"]) for e in trail][-1] == (
        "case.move",
        {"revision": 1, "state": "forming"},
        {"revision": 2, "state": "in_review"},
    )


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "revoked"])
def test_a_remedy_of_which_nothing_is_left_is_no_plan(manager, bank, state) -> None:
    go(manager, "in_review")
    go(manager, "plan")
    a_remedy(bank, state)
    assert go(manager, "executing").status_code == 409


def test_a_case_goes_only_where_its_state_leads(manager) -> None:
    for to in ("plan", "executing", "monitoring", "reopened"):
        answer = go(manager, to)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:ebbwatch:problem:conflict")
    assert manager.get(PATH).json()["revision"] == 1


def test_a_review_needs_its_quorum(manager) -> None:
    manager.post(f"{PATH}/members/leave", json={"user": "staff-17"})
    answer = go(manager, "in_review")
    assert (answer.status_code, "needs 2" in answer.json()["detail"]) == (409, True)


def test_a_case_is_put_aside_until_a_day_and_taken_up_again(manager) -> None:
    go(manager, "in_review")
    asleep = go(manager, "suspended", until="2026-02-02", note="the owner travels").json()
    assert (asleep["state"], asleep["diary_date"], asleep["next_states"]) == (
        "suspended",
        "2026-02-02",
        ["in_review", "closed"],
    )
    assert go(manager, "plan").status_code == 409
    back = go(manager, "in_review").json()
    assert (back["state"], back["diary_date"]) == ("in_review", None)
    assert [e["what"] for e in back["timeline"]] == ["moved", "suspended", "resumed"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"to": "suspended"}, "/until"),
        ({"to": "suspended", "until": "2026-01-13"}, "/diary_date"),
        ({"to": "in_review", "until": "2026-02-02"}, "/until"),
        ({"to": "closed"}, "/to"),
        ({"to": "gone"}, "/to"),
        ({"to": "in_review", "because": "x"}, "/because"),
    ],
)
def test_a_transition_that_does_not_fit_says_where(manager, body, pointer) -> None:
    answer = manager.post(f"{PATH}/transitions", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_closing_closes_the_alerts_with_what_it_turned_out_to_be(manager, api) -> None:
    closed = manager.post(f"{PATH}/close", json=CLOSING | {"note": "half of the payroll is back"}).json()
    assert {name: closed[name] for name in CLOSING} == CLOSING
    assert (closed["state"], closed["closed_at"], closed["next_states"]) == (
        "closed",
        "2026-01-13T02:00:00Z",
        ["reopened"],
    )
    alert = api.staff().get(f"/api/v1/alerts/{closed['alert_ids'][0]}").json()
    assert (alert["state"], alert["outcome"], alert["outcome_note"]) == (
        "closed",
        "true_diversion",
        "half of the payroll is back",
    )
    again = manager.post(f"{PATH}/close", json=CLOSING)
    assert (again.status_code, again.json()) == (200, closed)
    trail = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert sorted(e["action"] for e in trail) == ["alert.close", "case.close"]


def test_an_alert_closed_before_keeps_its_outcome(manager, api) -> None:
    (alert,) = manager.get(PATH).json()["alert_ids"]
    api.staff().post(f"/api/v1/alerts/{alert}/close", json={"outcome": "data_fault"})
    assert manager.post(f"{PATH}/close", json=CLOSING).status_code == 200
    assert manager.get(f"/api/v1/alerts/{alert}").json()["outcome"] == "data_fault"


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_a_case_does_not_close_over_an_undecided_remedy(manager, bank, state) -> None:
    a_remedy(bank, state)
    answer = manager.post(f"{PATH}/close", json=CLOSING)
    assert (answer.status_code, f"{CASE[:-1]}1" in answer.json()["detail"]) == (409, True)
    assert manager.get(PATH).json()["state"] == "forming"


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("transitions", {"to": "in_review"}),
        ("transitions", {"to": "suspended", "until": "2026-02-02"}),
        ("members", {"user": "staff-4"}),
        ("members/leave", {"user": "staff-17"}),
        ("lead", {"lead": "staff-17"}),
        ("tasks", {"title": "call", "owner": "staff-17", "due_on": "2026-01-20"}),
        ("reviews", {"minutes": "m", "decision": "d"}),
        ("alerts", {}),
        ("close", {"truth": "false_alarm", "retention": "lost", "cause": "c"}),
    ],
)
def test_a_closed_case_takes_no_act_but_a_reopening(manager, act, body) -> None:
    manager.post(f"{PATH}/close", json=CLOSING)
    answer = manager.post(f"{PATH}/{act}", json=body)
    assert (answer.status_code, "is closed" in answer.json()["detail"]) == (409, True)


def test_a_manager_opens_a_case_again_and_staff_do_not(manager, api) -> None:
    manager.post(f"{PATH}/close", json=CLOSING)
    assert go(api.staff(), "reopened").status_code == 403
    case = go(manager, "reopened", note="the payroll left again").json()
    assert (case["state"], case["truth"], case["times_reopened"]) == ("reopened", None, 1)
    assert go(manager, "reopened").status_code == 409


def test_a_closed_case_is_not_opened_again_beside_an_open_one(manager, bank) -> None:
    manager.post(f"{PATH}/close", json=CLOSING)
    bank.case("C1", f"{CASE[:-1]}2")
    answer = go(manager, "reopened")
    assert (answer.status_code, f"{CASE[:-1]}2" in answer.json()["detail"]) == (409, True)


def test_another_revision_than_was_meant_is_left_alone(manager) -> None:
    answer = manager.post(f"{PATH}/transitions", json={"to": "in_review"}, headers={"If-Match": '"7"'})
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:ebbwatch:problem:stale-revision")
    assert go(manager, "in_review").headers["ETag"] == '"2"'


def test_a_request_repeated_under_its_key_is_done_once(manager) -> None:
    first, again = (
        manager.post(f"{PATH}/members", json={"user": "staff-4"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert len(manager.get(PATH).json()["timeline"]) == 1
