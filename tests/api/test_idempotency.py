"""The same Idempotency-Key and request: done once, answered the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.alerts.episodes import alert_id_of
from schemas.verdicts import Direction
from schemas.weeks import parse_week

ALERT = f"/api/v1/alerts/{alert_id_of('C1', Direction.FALL, parse_week('2026-W02'))}"
KEYED = {"Idempotency-Key": "a-1"}


def test_a_repeat_gets_the_first_answer_though_the_world_has_moved_on(two_branches, api) -> None:
    first = api.staff().post(f"{ALERT}/acknowledge", headers=KEYED)
    api.staff().post(f"{ALERT}/close", json={"outcome": "false_alarm"})
    again = api.staff().post(f"{ALERT}/acknowledge", headers=KEYED)
    assert (again.status_code, again.content, again.headers["ETag"]) == (200, first.content, '"2"')
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert len(api.a("auditor").get("/api/v1/audit").json()["items"]) == 2


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/assign", {"assignee": "b"}, {}),
        ("/assign", {"assignee": "a"}, {"If-Match": "*"}),
        ("/close", {"outcome": "false_alarm"}, {}),
    ],
)
def test_another_request_under_the_same_key_is_refused(two_branches, api, path, body, headers) -> None:
    api.staff().post(f"{ALERT}/assign", json={"assignee": "a"}, headers=KEYED)
    answer = api.staff().post(f"{ALERT}{path}", json=body, headers=KEYED | headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ebbwatch:problem:idempotency-key-reused")
    assert api.staff().get(ALERT).json()["revision"] == 2


def test_each_persons_keys_are_their_own(two_branches, api) -> None:
    api.staff(user="one").post(f"{ALERT}/assign", json={"assignee": "a"}, headers=KEYED)
    other = api.staff(user="two").post(f"{ALERT}/assign", json={"assignee": "b"}, headers=KEYED)
    assert (other.status_code, other.json()["assignee"]) == (200, "b")


def test_a_refusal_is_not_kept_so_that_the_mended_request_may_use_the_key(two_branches, api) -> None:
    refused = api.staff().post(f"{ALERT}/acknowledge", headers=KEYED | {"If-Match": '"9"'})
    mended = api.staff().post(f"{ALERT}/acknowledge", headers=KEYED)
    assert (refused.status_code, mended.status_code) == (412, 200)


def test_a_key_is_forgotten_after_a_day(two_branches, api) -> None:
    api.staff().post(f"{ALERT}/assign", json={"assignee": "a"}, headers=KEYED)
    api.clock.now += timedelta(hours=25)
    later = api.staff().post(f"{ALERT}/assign", json={"assignee": "b"}, headers=KEYED)
    assert (later.status_code, later.json()["assignee"]) == (200, "b")


@pytest.mark.parametrize("nonsense", ["", "two words", "a" * 201])
def test_a_key_that_is_none_is_refused(two_branches, api, nonsense) -> None:
    answer = api.staff().post(f"{ALERT}/acknowledge", headers={"Idempotency-Key": nonsense})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:ebbwatch:problem:malformed")
    assert api.staff().get(ALERT).json()["revision"] == 1
