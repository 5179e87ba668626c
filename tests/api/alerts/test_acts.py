"""What people do about an alert: once, by revision, with a row in the audit trail and a message to Kafka."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
import sqlalchemy as sa

from acts.bank import BankRules
from acts.rules_file import load_rules
from casework.alerts.episodes import alert_id_of
from schemas.messages import AlertMessage
from schemas.verdicts import Direction
from schemas.weeks import parse_week
from store.alerts import alert_rows
from store.tables.operations import outbox
from tests.api.conftest import NOW

ALERT = f"/api/v1/alerts/{alert_id_of('C1', Direction.FALL, parse_week('2026-W02'))}"


def audit_of(api) -> list[dict[str, object]]:
    return api.a("auditor").get("/api/v1/audit").json()["items"]


def test_acknowledging_takes_the_alert_and_says_so_everywhere(two_branches, api) -> None:
    answer = api.staff().post(f"{ALERT}/acknowledge", headers={"X-Request-ID": "r-1"})
    body = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (body["state"], body["assignee"], body["revision"]) == ("acknowledged", "staff-17", 2)
    (entry,) = audit_of(api)
    assert {name: entry[name] for name in ("actor", "role", "action", "kind", "key", "request_id", "at")} == {
        "actor": "staff-17",
        "role": "branch_staff",
        "action": "alert.acknowledge",
        "kind": "alert",
        "key": body["alert_id"],
        "request_id": "r-1",
        "at": "2026-01-13T02:00:00Z",
    }
    assert (entry["before"]["state"], entry["after"]["state"]) == ("open", "acknowledged")
    with two_branches.store.read() as tx:
        value = tx.scalar(sa.select(outbox.c.value).order_by(outbox.c.outbox_id.desc()).limit(1))
    told = msgspec.json.decode(value, type=AlertMessage)
    assert (told.alert_id, told.revision, told.state) == (body["alert_id"], 2, "acknowledged")


def test_what_changes_nothing_leaves_no_trace(two_branches, api) -> None:
    first = api.staff().post(f"{ALERT}/acknowledge")
    again = api.staff().post(f"{ALERT}/acknowledge", json={})
    assert (again.status_code, again.json(), again.headers["ETag"]) == (200, first.json(), '"2"')
    assert len(audit_of(api)) == 1


def test_a_snooze_ends_on_a_day_in_the_banks_zone(two_branches, api) -> None:
    api.clock.now = datetime(2026, 1, 13, 17, tzinfo=UTC)  # already the 14th in Hong Kong
    today = api.staff().post(f"{ALERT}/snooze", json={"until": "2026-01-14", "reason": "lull"})
    tomorrow = api.staff().post(f"{ALERT}/snooze", json={"until": "2026-01-15", "reason": " lull "})
    assert (today.status_code, today.json()["errors"][0]["pointer"]) == (422, "/until")
    assert (tomorrow.status_code, tomorrow.json()["state"]) == (200, "snoozed")
    assert (tomorrow.json()["snoozed_until"], tomorrow.json()["snooze_reason"]) == ("2026-01-15", "lull")


def test_a_snooze_is_as_long_at_most_as_the_file_of_rules_says(two_branches, api) -> None:
    rules = BankRules(snooze=load_rules(b'{"snooze": {"longest_weeks": 2}}').snooze)
    api.app.state.deps = replace(api.app.state.deps, rules=rules)
    longer = {"until": "2026-01-28", "reason": "lull"}
    refused = api.staff().post(f"{ALERT}/snooze", json=longer)
    assert (refused.status_code, "by 2026-01-27 at the latest" in refused.text) == (422, True)
    alert_id = ALERT.rpartition("/")[2]
    many = api.staff().post("/api/v1/alerts/bulk", json={"act": "snooze", "alert_ids": [alert_id], **longer})
    assert "by 2026-01-27 at the latest" in many.text
    assert api.staff().post(f"{ALERT}/snooze", json=longer | {"until": "2026-01-27"}).status_code == 200


def test_closing_needs_an_outcome_that_people_can_give(two_branches, api) -> None:
    staff = api.staff()
    missing = staff.post(f"{ALERT}/close", json={})
    withdrawn = staff.post(f"{ALERT}/close", json={"outcome": "withdrawn"})
    closed = staff.post(f"{ALERT}/close", json={"outcome": "true_diversion", "note": "payroll moved"})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/outcome")
    assert (withdrawn.status_code, withdrawn.json()["errors"][0]["pointer"]) == (422, "/outcome")
    assert (closed.json()["state"], closed.json()["outcome"], closed.json()["outcome_note"]) == (
        "closed",
        "true_diversion",
        "payroll moved",
    )


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("acknowledge", {}),
        ("snooze", {"until": "2026-02-01", "reason": "r"}),
        ("close", {"outcome": "false_alarm"}),
        ("assign", {"assignee": "staff-4"}),
    ],
)
def test_a_closed_alert_takes_no_more_acts(two_branches, api, act, body) -> None:
    api.staff().post(f"{ALERT}/close", json={"outcome": "true_decline"})
    answer = api.staff().post(f"{ALERT}/{act}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:ebbwatch:problem:conflict")


def test_assigning_gives_it_to_someone_or_to_nobody(two_branches, api) -> None:
    manager = api.a("branch_manager", "B1")
    assert manager.post(f"{ALERT}/assign", json={"assignee": "staff-4"}).json()["assignee"] == "staff-4"
    assert manager.post(f"{ALERT}/assign", json={"assignee": None}).json()["assignee"] is None
    assert manager.post(f"{ALERT}/assign", json={}).status_code == 422


@pytest.mark.parametrize("meant", ['"1"', "*", '"7", "1"', None])
def test_the_revision_that_was_meant_is_changed(two_branches, api, meant) -> None:
    headers = {"If-Match": meant} if meant else {}
    assert api.staff().post(f"{ALERT}/acknowledge", headers=headers).status_code == 200


@pytest.mark.parametrize("meant", ['"7"', 'W/"1"', '"x"', '"0", "2"'])
def test_another_revision_than_was_meant_is_left_alone(two_branches, api, meant) -> None:
    answer = api.staff().post(f"{ALERT}/acknowledge", headers={"If-Match": meant})
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:ebbwatch:problem:stale-revision")
    assert api.staff().get(ALERT).json()["state"] == "open"
    assert audit_of(api) == []


@pytest.mark.parametrize("nonsense", ["1", '"1', "1, 2", '"1" "2"'])
def test_an_if_match_that_is_no_tag_is_refused(two_branches, api, nonsense) -> None:
    assert api.staff().post(f"{ALERT}/acknowledge", headers={"If-Match": nonsense}).status_code == 400


def _judge_again(bank) -> None:
    """The next revision, with other figures."""
    with bank.store.write() as tx:
        before = alert_rows.get(tx, ALERT.rpartition("/")[2])
        after = replace(before, revision=before.revision + 1, value_at_risk_minor=9_00)
        alert_rows.save(tx, after, alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", NOW)


MEANT = {"If-Match": '"1"'}


@pytest.mark.parametrize(("act", "body"), [("acknowledge", {}), ("assign", {"assignee": "staff-4"})])
def test_what_rests_on_no_figures_is_done_though_a_week_was_judged_again(two_branches, api, act, body) -> None:
    _judge_again(two_branches)
    answer = api.staff().post(f"{ALERT}/{act}", json=body, headers=MEANT)
    assert (answer.status_code, answer.json()["revision"], answer.headers["ETag"]) == (200, 3, '"3"')
    assert answer.json()["value_at_risk"] == "9.00"
    assert len(audit_of(api)) == 1


def test_two_who_meant_the_same_revision_both_acknowledge(two_branches, api) -> None:
    first, second = (
        api.staff(user=user).post(f"{ALERT}/acknowledge", headers=MEANT) for user in ("staff-1", "staff-2")
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["assignee"] == first.json()["assignee"] == "staff-1"


def test_what_was_given_to_somebody_else_meanwhile_is_not_given_away_unseen(two_branches, api) -> None:
    api.staff().post(f"{ALERT}/assign", json={"assignee": "staff-4"}, headers=MEANT)
    _judge_again(two_branches)
    answer = api.staff().post(f"{ALERT}/assign", json={"assignee": "staff-5"}, headers=MEANT)
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:ebbwatch:problem:stale-revision")
    assert api.staff().get(ALERT).json()["assignee"] == "staff-4"


def test_a_closing_meant_for_other_figures_is_told_which(two_branches, api) -> None:
    _judge_again(two_branches)
    answer = api.staff().post(f"{ALERT}/close", json={"outcome": "false_alarm"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:ebbwatch:problem:stale-revision")
    assert answer.json()["detail"] == "revision is 2, not 1; since then: value_at_risk from 120000.00 to 9.00"
    assert api.staff().post(f"{ALERT}/acknowledge").status_code == 200
