"""What follows from closing an alert: a new normal, an expected event."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from casework.alerts.episodes import alert_id_of
from schemas.verdicts import Direction
from schemas.weeks import parse_week
from store.tables.clients import client

W = parse_week("2026-W02")
CLOSE = f"/api/v1/alerts/{alert_id_of('C1', Direction.FALL, W)}/close"


def rebased(bank) -> int | None:
    with bank.store.read() as tx:
        return tx.scalar(sa.select(client.c.rebased_week).where(client.c.client_id == "C1"))


def test_a_new_normal_rebases_the_client(two_branches, api) -> None:
    assert api.staff().post(CLOSE, json={"outcome": "new_normal"}).status_code == 200
    assert rebased(two_branches) == W


def test_an_expected_event_is_in_the_calendar(two_branches, api) -> None:
    assert api.staff().post(CLOSE, json={"outcome": "expected_event", "note": "plant shut"}).status_code == 200
    (entry,) = api.staff().get("/api/v1/calendar?client_id=C1").json()["items"]
    assert (entry["first_week"], entry["last_week"]) == ("2026-W02", "2026-W06")
    assert (entry["reason"], entry["made_by"]) == ("plant shut", "staff-17")
    assert rebased(two_branches) is None


def test_its_weeks_can_be_named(two_branches, api) -> None:
    body = {"outcome": "expected_event", "first_week": "2026-W03", "last_week": "2026-W04"}
    assert api.staff().post(CLOSE, json=body).status_code == 200
    (entry,) = api.staff().get("/api/v1/calendar").json()["items"]
    assert (entry["first_week"], entry["last_week"]) == ("2026-W03", "2026-W04")


@pytest.mark.parametrize("outcome", ["new_normal", "false_alarm"])
def test_weeks_of_another_outcome_are_refused_and_nothing_is_closed(two_branches, api, outcome) -> None:
    answer = api.staff().post(CLOSE, json={"outcome": outcome, "last_week": "2026-W04"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/last_week")
    assert api.staff().get(CLOSE.removesuffix("/close")).json()["state"] == "open"
    assert rebased(two_branches) is None


def test_a_case_that_ends_with_a_new_normal_rebases_too(two_branches, api) -> None:
    alert = alert_id_of("C1", Direction.FALL, W)
    two_branches.case("C1", "00000000-0000-4000-8000-0000000000c1", alert)
    closing = {"truth": "new_normal", "retention": "lost", "cause": "none"}
    manager = api.a("branch_manager", "B1", "manager-b001")
    answer = manager.post("/api/v1/cases/00000000-0000-4000-8000-0000000000c1/close", json=closing)
    assert answer.status_code == 200, answer.text
    assert rebased(two_branches) == W
