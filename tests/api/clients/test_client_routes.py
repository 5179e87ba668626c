"""Clients as they are found and shown."""

from __future__ import annotations

from datetime import date

import pytest


@pytest.fixture
def books(bank):
    bank.client("C1", "B1", name="Harbour Kiln", tier="A", first_week=2900)
    bank.client("C2", "B1", name="100%_Cotton Mill")
    bank.client("C3", "B2", name="North Pier", closed_on=date(2026, 1, 12))
    bank.client("C4", "B2", name="C4", placeholder=True)
    bank.client("HK/7.a:b", "B2", name="海港紡織")
    bank.alert("C1")
    return bank


def found(api, query: str) -> list[str]:
    return [each["client_id"] for each in api.a("auditor").get(f"/api/v1/clients?{query}").json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["C1", "C2", "C3", "C4", "HK/7.a:b"]),
        ("branch=B1", ["C1", "C2"]),
        ("tier=A", ["C1"]),
        ("state=alerting", ["C1"]),
        ("state=closed", ["C3"]),
        ("state=placeholder", ["C4"]),
        ("state=active", ["C2", "HK/7.a:b"]),
        ("q=KILN", ["C1"]),
        ("q=c3", ["C3"]),
        ("q=%25_c", ["C2"]),
        ("q=%25", ["C2"]),
        ("q=港", ["HK/7.a:b"]),
        ("q=pier&branch=B1", []),
    ],
)
def test_filters_find_what_they_say(books, api, query, expected) -> None:
    assert found(api, query) == expected


def test_a_client_closes_at_the_end_of_the_day_in_the_banks_zone(books, api) -> None:
    with books.store.write() as tx:
        tx.exec_driver_sql("UPDATE client SET closed_on = '2026-01-14' WHERE client_id = 'C3'")
    assert found(api, "state=closed") == []
    api.clock.now = api.clock.now.replace(hour=17)
    assert found(api, "state=closed") == ["C3"]


def test_a_client_shows_who_it_is_and_its_worst_alert(books, api) -> None:
    assert api.a("auditor").get("/api/v1/clients/C1").json() == {
        "client_id": "C1",
        "name": "Harbour Kiln",
        "kind": "company",
        "branch_id": "B1",
        "tier": "A",
        "industry": None,
        "relationship_manager": None,
        "opened_on": None,
        "closed_on": None,
        "state": "alerting",
        "alert": "alarm",
        "first_week": "2025-W31",
    }


@pytest.mark.parametrize("path", ["HK/7.a:b", "HK%2F7.a:b"])
def test_an_id_may_hold_a_slash(books, api, path) -> None:
    auditor = api.a("auditor")
    assert auditor.get(f"/api/v1/clients/{path}").json()["name"] == "海港紡織"
    assert auditor.get(f"/api/v1/clients/{path}/activity").json()["weeks"] == []
    assert auditor.get(f"/api/v1/clients/{path}/alerts").json()["items"] == []


@pytest.mark.parametrize("path", ["X1", "%00", "a b", "C1/nothing", "x" * 65])
def test_what_is_no_client_is_not_found(books, api, path) -> None:
    assert api.a("auditor").get(f"/api/v1/clients/{path}").status_code == 404
