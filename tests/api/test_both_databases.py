"""What the pages show is the same from SQLite and from PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.verdicts import Grade

WEEK = 2923


@pytest.fixture
def api(store, bank_on):
    bank, api = bank_on(store)
    bank.client("C1", "B1", name="Harbour Kiln", tier="A", first_week=WEEK - 20)
    bank.client("C2", "B1", name="100%_Cotton", closed_on=date(2026, 1, 12))
    bank.client("HK/7", "B2", name="海港紡織", placeholder=True)
    bank.client("c3", "B2", first_week=WEEK)
    for client_id, at_risk in (("C1", 300), ("C2", 300), ("HK/7", 900)):
        bank.alert(client_id, at_risk=at_risk, grade=Grade.ALARM if at_risk == 300 else Grade.PROMPT)
    bank.shard(WEEK + 1)
    bank.weeks(dict.fromkeys(range(WEEK - 20, WEEK + 1), "closed") | {WEEK + 1: "held"})
    bank.volumes("C1", {WEEK - week: (10**12 + week, 5) for week in range(0, 20, 3)})
    for number in range(5):
        bank.dead_letter(number, recorded_at=api.clock.now)
    return api


def items(api, path: str, key: str) -> list:
    """Two at a time, to the end."""
    found, cursor = [], ""
    while cursor is not None:
        page = api.a("auditor").get(f"/api/v1/{path}{'&' if '?' in path else '?'}limit=2{cursor}").json()
        found += [each[key] for each in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    return found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("clients?branch=B1", {"C1", "C2"}),
        ("clients?q=kiln", {"C1"}),
        ("clients?q=%25_", {"C2"}),
        ("clients?q=C3", {"c3"}),
        ("clients?q=港", {"HK/7"}),
        ("clients?state=alerting", {"C1", "C2", "HK/7"}),
        ("clients?state=active", {"c3"}),
        ("clients", {"C1", "C2", "HK/7", "c3"}),
        ("alerts?grade=alarm", {"C1", "C2"}),
        ("alerts?state=open&week=2026-W02&branch=B2", {"HK/7"}),
        ("clients/HK%2F7/alerts", {"HK/7"}),
    ],
)
def test_searches_find_the_same(api, path, found) -> None:
    listed = items(api, path, "client_id")
    assert set(listed) == found
    assert len(listed) == len(found)


def test_ranks_and_places_of_equal_rank_are_kept_over_pages(api) -> None:
    ranked = items(api, "alerts", "grade")
    assert ranked == ["alarm", "alarm", "prompt"]
    assert items(api, "dead-letters", "offset") == [0, 1, 2, 3, 4]


def test_activity_and_evidence_come_out_exact(api) -> None:
    weeks = api.staff("B1").get("/api/v1/clients/C1/activity?weeks=5").json()["weeks"]
    assert [each["debit"] for each in weeks] == ["10000000000.03", "0.00", "0.00", "10000000000.00", "0.00"]
    assert [each["state"] for each in weeks] == ["closed"] * 4 + ["held"]
    alert = items(api, "alerts?branch=B2", "alert_id")[0]
    assert api.staff("B2").get(f"/api/v1/alerts/{alert}").json()["evidence"][0]["grade"] == "prompt"


def test_a_day_of_work_leaves_its_trail(api) -> None:
    staff, operations = api.staff("B1"), api.a("operations")
    for alert in items(api, "alerts?branch=B1", "alert_id"):
        assert staff.post(f"/api/v1/alerts/{alert}/acknowledge").status_code == 200
        snooze = {"until": "2026-02-01", "reason": "new year lull"}
        assert staff.post(f"/api/v1/alerts/{alert}/snooze", json=snooze).status_code == 200
        closing = {"outcome": "true_diversion", "note": "payroll\nmoved"}
        assert staff.post(f"/api/v1/alerts/{alert}/close", json=closing).status_code == 200
    release = operations.post("/api/v1/held-weeks/0/2026-W03/release", json={"reason": "shut"})
    assert release.status_code == 200, release.text
    assert items(api, "audit", "action") == [
        "held_week.release",
        *["alert.close", "alert.snooze", "alert.acknowledge"] * 2,
    ]
    assert items(api, "alerts?state=closed", "outcome_note") == ["payroll\nmoved"] * 2
