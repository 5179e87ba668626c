"""The audit trail over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.alerts.episodes import alert_id_of
from schemas.verdicts import Direction
from schemas.weeks import parse_week

WEEK = parse_week("2026-W02")
FIRST, SECOND = (alert_id_of(client, Direction.FALL, WEEK) for client in ("C1", "C2"))


@pytest.fixture
def trail(two_branches, api):
    """1: one acknowledges C1. 2, an hour later: two closes C2. 3, an hour later: operations releases a week."""
    api.staff(user="one").post(f"/api/v1/alerts/{FIRST}/acknowledge")
    api.clock.now += timedelta(hours=1)
    api.staff(user="two").post(f"/api/v1/alerts/{SECOND}/close", json={"outcome": "false_alarm"})
    api.clock.now += timedelta(hours=1)
    api.a("operations", user="three").post("/api/v1/held-weeks/0/2026-W02/release", json={"reason": "r"})
    return api.a("auditor")


@pytest.mark.parametrize(
    ("query", "actors"),
    [
        ("", ["three", "two", "one"]),
        ("actor=two", ["two"]),
        ("action=alert.acknowledge", ["one"]),
        ("kind=alert", ["two", "one"]),
        (f"key={SECOND}", ["two"]),
        ("since=2026-01-13T03:00:00Z", ["three", "two"]),
        ("until=2026-01-13T11:00:00%2B08:00", ["one"]),
        ("since=2026-01-13T03:00:00Z&until=2026-01-13T04:00:00Z", ["two"]),
    ],
)
def test_filters_find_what_they_say_the_newest_first(trail, query, actors) -> None:
    assert [each["actor"] for each in trail.get(f"/api/v1/audit?{query}").json()["items"]] == actors


@pytest.mark.parametrize(
    "time", ["2026-01-13T03:00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B09:00", "x"]
)
def test_a_time_without_a_zone_or_beyond_all_calendars_is_refused(trail, time) -> None:
    answer = trail.get(f"/api/v1/audit?since={time}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "since")


def test_an_entry_tells_what_was_before_and_after(trail) -> None:
    entry = trail.get("/api/v1/audit?actor=two").json()["items"][0]
    changed = {name for name, value in entry["after"].items() if entry["before"][name] != value}
    assert changed == {"revision", "state", "outcome"}
    assert entry["after"]["outcome"] == "false_alarm"
