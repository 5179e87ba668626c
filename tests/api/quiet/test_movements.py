"""Movements over HTTP."""

from __future__ import annotations

import pytest

from detector.groups import BANK, Group, Movement
from schemas.verdicts import Baseline, GroupKind, Series
from schemas.weeks import Week, parse_week
from store.quiet import movements

W = parse_week("2026-W02")


@pytest.fixture
def moved(two_branches) -> None:
    groups = [Group(GroupKind.BRANCH, "B1"), Group(GroupKind.BRANCH, "B2"), BANK]
    for week in (W, W - 1):
        found = [
            Movement(group, Week(week), Baseline.WEEK_VS_RECENT, Series.TURNOVER, -82.46, 40, 35)
            for group in groups
        ]
        two_branches.store.transact(
            lambda tx, found=found, week=week: movements.save_movements(tx, 0, week, found, [])
        )


@pytest.mark.usefixtures("moved")
def test_a_branch_sees_its_own_movements_and_the_banks(api) -> None:
    items = api.staff("B1").get("/api/v1/movements").json()["items"]
    assert [(item["name"], item["week"]) for item in items] == [
        ("bank", "2026-W02"),
        ("B1", "2026-W02"),
        ("bank", "2026-W01"),
        ("B1", "2026-W01"),
    ]
    assert items[1] == {
        "kind": "branch",
        "name": "B1",
        "week": "2026-W02",
        "baseline": "week_vs_recent",
        "size_pct": -82.5,
        "quiet": True,
        "clients": 40,
        "clients_moved": 35,
        "clients_concerned": 0,
    }
    assert len(api.a("approver").get("/api/v1/movements").json()["items"]) == 6


@pytest.mark.usefixtures("moved")
def test_movements_are_filtered_and_paged(api) -> None:
    person, found, cursor = api.a("auditor"), [], None
    while True:
        asked = {"limit": 2, "since": "2026-W02"} | ({} if cursor is None else {"cursor": cursor})
        page = person.get("/api/v1/movements", params=asked).json()
        found += [item["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ["bank", "B1", "B2"]
    assert [i["name"] for i in person.get("/api/v1/movements?kind=branch&name=B2").json()["items"]] == ["B2"] * 2
    assert person.get("/api/v1/movements?since=2026-W54").status_code == 422
