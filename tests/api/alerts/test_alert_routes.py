"""Alerts as they are listed and shown."""

from __future__ import annotations

import pytest

from schemas.verdicts import Direction, Grade
from schemas.weeks import parse_week

WEEK = parse_week("2026-W02")


def clients_of(answer) -> list[str]:
    return [each["client_id"] for each in answer.json()["items"]]


def test_an_alert_shows_its_arithmetic_and_its_money_with_the_currency(two_branches, api) -> None:
    alert = api.staff().get("/api/v1/alerts").json()["items"][0]
    assert {key: alert[key] for key in ("client_id", "branch_id", "week", "grade", "state", "direction")} == {
        "client_id": "C1",
        "branch_id": "B1",
        "week": "2026-W02",
        "grade": "alarm",
        "state": "open",
        "direction": "fall",
    }
    assert (alert["series"], alert["revision"], alert["value_at_risk"], alert["currency"]) == (
        "credit",
        1,
        "120000.00",
        "HKD",
    )
    assert alert["comparisons"] == [
        {
            "series": "credit",
            "baseline": "quarter_vs_year",
            "weeks": 13,
            "base_weeks": 52,
            "actual": "6200.00",
            "expected": "10000.00",
            "deviation_pct": -38.0,
            "preset_pct": -25.0,
            "grade": "alarm",
            "judged_pct": None,
            "shift_weeks": 0,
        }
    ]
    assert "38" in alert["summary"]["en"]
    assert "38" in alert["summary"]["zh"]


def test_the_worst_come_first_then_the_most_money(two_branches, api) -> None:
    assert clients_of(api.a("approver").get("/api/v1/alerts")) == ["D1", "C1", "C2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("grade=alarm", ["D1", "C1"]),
        ("grade=prompt", ["C2"]),
        ("branch=B2", ["D1"]),
        ("state=open", ["D1", "C1"]),
        ("state=acknowledged", ["C2"]),
        ("state=open&state=acknowledged", ["D1", "C1", "C2"]),
        ("state=closed", []),
        ("week=2026-W02", ["D1", "C1", "C2"]),
        ("week=2026-W01", []),
        ("assignee=staff-17", ["C2"]),
        ("assignee=nobody", []),
        ("grade=alarm&branch=B1&week=2026-W02", ["C1"]),
    ],
)
def test_each_filter_looks_at_the_field_of_its_name(two_branches, api, query, found) -> None:
    prompt = api.staff().get("/api/v1/alerts?grade=prompt").json()["items"][0]["alert_id"]
    api.staff().post(f"/api/v1/alerts/{prompt}/acknowledge")
    assert clients_of(api.a("approver").get(f"/api/v1/alerts?{query}")) == found


def test_a_clients_alerts_are_its_own_closed_ones_included(two_branches, api) -> None:
    two_branches.alert("C1", direction=Direction.RISE, grade=Grade.PROMPT, at_risk=0)
    closed = api.staff().get("/api/v1/clients/C1/alerts?grade=prompt").json()["items"][0]["alert_id"]
    api.staff().post(f"/api/v1/alerts/{closed}/close", json={"outcome": "new_normal"})
    shown = api.staff().get("/api/v1/clients/C1/alerts").json()["items"]
    assert [(each["client_id"], each["state"]) for each in shown] == [("C1", "open"), ("C1", "closed")]


def test_one_alert_has_the_evidence_of_its_weeks_and_its_revision_as_etag(two_branches, api) -> None:
    identity = two_branches.alert("C2", direction=Direction.RISE, week=WEEK - 3, at_risk=0)
    answer = api.staff().get(f"/api/v1/alerts/{identity}")
    evidence = answer.json()["evidence"]
    assert answer.headers["ETag"] == '"1"'
    assert [(each["week"], each["grade"], each["policy_version"]) for each in evidence] == [
        ("2025-W51", "alarm", "policy-1")
    ]
    assert evidence[0]["comparisons"][0]["actual"] == "6200.00"
