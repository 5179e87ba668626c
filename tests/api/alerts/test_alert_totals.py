"""A list of alerts in three numbers, and the list's search for a client."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.buckets import BUCKETS

TOTALS = "/api/v1/alert-totals"


def all_new(count: int, money: str) -> dict[str, object]:
    """Where they stand, what of it can be saved, and the income of it at ten basis points."""
    income = f"{Decimal(money) / 1000:.2f}"
    buckets = dict.fromkeys(BUCKETS, 0) | {"new": count}
    return {"buckets": buckets, "value_to_save": money, "income_to_save": income, "income_at_risk": income}


def test_the_totals_are_those_of_the_list_with_the_same_filters(two_branches, api) -> None:
    everything = {"alarms": 2, "prompts": 1, "value_at_risk": "1070000.00", "currency": "HKD"}
    assert api.a("auditor").get(TOTALS).json() == everything | all_new(3, "1070000.00")
    mine = {"alarms": 1, "prompts": 1, "value_at_risk": "170000.00", "currency": "HKD"}
    assert api.staff("B1").get(TOTALS).json() == mine | all_new(2, "170000.00")
    assert api.staff("B1").get(f"{TOTALS}?grade=prompt").json()["value_at_risk"] == "50000.00"
    nothing = {"alarms": 0, "prompts": 0, "value_at_risk": "0.00", "currency": "HKD"}
    assert api.staff("B1").get(f"{TOTALS}?branch=B2").json() == nothing | all_new(0, "0.00")


@pytest.mark.parametrize(("text", "found"), [("c1", ["C1"]), ("trading", ["D1", "C1", "C2"]), ("%", []), ("x", [])])
def test_alerts_are_found_by_part_of_the_client_s_name_or_id(
    two_branches, api, text: str, found: list[str]
) -> None:
    auditor = api.a("auditor")
    listed = auditor.get("/api/v1/alerts", params={"q": text}).json()["items"]
    assert [alert["client_id"] for alert in listed] == found
    totals = auditor.get(TOTALS, params={"q": text}).json()
    assert totals["alarms"] + totals["prompts"] == len(found)


def test_all_states_but_closed_are_asked_for_as_one(two_branches, api) -> None:
    unclosed = [("state", state) for state in ("open", "acknowledged", "in_case", "held", "snoozed", "suppressed")]
    alert = api.a("auditor").get("/api/v1/alerts?branch=B2").json()["items"][0]
    api.staff("B2").post(f"/api/v1/alerts/{alert['alert_id']}/close", json={"outcome": "false_alarm"})
    assert api.a("auditor").get(TOTALS, params=unclosed).json()["alarms"] == 1
    assert [a["client_id"] for a in api.a("auditor").get("/api/v1/alerts", params=unclosed).json()["items"]] == [
        "C1",
        "C2",
    ]
