"""Held weeks over HTTP."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.tables.ledger import shard_week

RELEASE = "/api/v1/held-weeks/0/2026-W02/release"
WHY = {"reason": "the branch was shut all week"}


def test_held_weeks_say_why(two_branches, api) -> None:
    assert api.a("operations").get("/api/v1/held-weeks").json() == {
        "items": [{"shard": 0, "week": "2026-W02", "reason": "5 of 7 events", "received": 5, "expected": 7}],
        "next": None,
    }


def test_a_released_week_is_closed_for_the_detector_and_the_reason_is_kept(two_branches, api) -> None:
    answer = api.a("operations").post(RELEASE, json=WHY)
    assert (answer.status_code, answer.json()) == (200, {"shard": 0, "week": "2026-W02", "state": "closed"})
    with two_branches.store.read() as tx:
        row = tx.execute(sa.select(shard_week).order_by(shard_week.c.week.desc()).limit(1)).one()
    assert (row.state, row.closed_by, row.revision) == ("closed", "release", 1)
    (entry,) = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert (entry["action"], entry["key"], entry["after"]["reason"]) == (
        "held_week.release",
        "0/2026-W02",
        WHY["reason"],
    )


def test_a_week_is_released_once(two_branches, api) -> None:
    answers = [api.a("operations").post(RELEASE, json=WHY).status_code for _ in range(2)]
    assert answers == [200, 409]


@pytest.mark.parametrize("place", ["0/2026-W09", "7/2026-W02", "0/2026-W54", "x/2026-W02", "99999999999/2026-W02"])
def test_a_week_that_is_not_there_is_not_found(two_branches, api, place) -> None:
    assert api.a("operations").post(f"/api/v1/held-weeks/{place}/release", json=WHY).status_code == 404


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": 7}])
def test_a_release_needs_a_reason(two_branches, api, body) -> None:
    answer = api.a("operations").post(RELEASE, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")
