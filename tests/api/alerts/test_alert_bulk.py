"""One act on many alerts: all that can be acted on are, the others say why not, in one transaction."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from casework.alerts.episodes import EpisodeRules, alert_id_of
from casework.alerts.judging import judge
from schemas.verdicts import Direction, Grade, Verdict
from schemas.weeks import parse_week
from store.alerts import alert_rows
from store.tables.alerts import alert_revision
from store.tables.clients import client
from store.tables.operations import audit, outbox
from tests.api.conftest import NOW

BULK = "/api/v1/alerts/bulk"
WEEK = parse_week("2026-W02")
UNKNOWN = "00000000-0000-5000-8000-000000000009"
SNOOZE = {"act": "snooze", "until": "2026-02-01", "reason": "new year lull"}


def alert_of(client_id: str) -> str:
    return alert_id_of(client_id, Direction.FALL, WEEK)


C1, C2, D1 = map(alert_of, ("C1", "C2", "D1"))


def count_of(bank, table: sa.Table) -> int:
    with bank.store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table))


def states(api, *alert_ids: str) -> list[str]:
    return [api.a("auditor").get(f"/api/v1/alerts/{alert_id}").json()["state"] for alert_id in alert_ids]


def test_each_alert_that_changes_has_its_revision_its_message_and_its_row(two_branches, api) -> None:
    before = count_of(two_branches, outbox)
    answer = api.staff().post(BULK, json={"act": "acknowledge", "alert_ids": [C2, C1, C2]})
    assert (answer.status_code, answer.json()) == (200, {"changed": [C2, C1], "unchanged": [], "refused": []})
    assert states(api, C1, C2) == ["acknowledged"] * 2
    assert count_of(two_branches, outbox) == before + 2
    trail = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert [(e["action"], e["key"], e["after"]["assignee"]) for e in trail] == [
        ("alert.acknowledge", C1, "staff-17"),
        ("alert.acknowledge", C2, "staff-17"),
    ]


def test_what_cannot_be_acted_on_stops_nothing_else(two_branches, api) -> None:
    api.staff().post(f"/api/v1/alerts/{C2}/close", json={"outcome": "false_alarm"})
    done = api.staff().post(BULK, json={"act": "acknowledge", "alert_ids": [UNKNOWN, C2, D1, C1]}).json()
    assert (done["changed"], done["unchanged"]) == ([C1], [])
    assert [(r["alert_id"], r["status"], r["type"].rsplit(":")[-1], r["detail"]) for r in done["refused"]] == [
        (UNKNOWN, 404, "not-found", f"no alert {UNKNOWN}"),
        (C2, 409, "conflict", f"alert {C2} is closed"),
        (D1, 404, "not-found", f"no alert {D1}"),
    ]
    assert states(api, D1) == ["open"]


def test_what_changes_nothing_is_told_and_leaves_no_trace(two_branches, api) -> None:
    api.staff().post(f"/api/v1/alerts/{C1}/acknowledge")
    done = api.staff(user="staff-4").post(BULK, json={"act": "acknowledge", "alert_ids": [C1]}).json()
    assert done == {"changed": [], "unchanged": [C1], "refused": []}
    assert count_of(two_branches, audit) == 1


def test_many_are_snoozed_and_assigned_alike(two_branches, api) -> None:
    staff = api.staff()
    assert staff.post(BULK, json=SNOOZE | {"alert_ids": [C1, C2]}).json()["changed"] == [C1, C2]
    assert states(api, C1, C2) == ["snoozed"] * 2
    assert staff.post(BULK, json={"act": "assign", "alert_ids": [C1], "assignee": "staff-4"}).json()["changed"] == [
        C1
    ]
    assert staff.post(BULK, json={"act": "assign", "alert_ids": [C1], "assignee": None}).json()["changed"] == [C1]
    assert staff.get(f"/api/v1/alerts/{C1}").json()["assignee"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"act": "close", "alert_ids": [C1]}, "/act"),
        ({"act": "acknowledge", "alert_ids": []}, "/alert_ids"),
        ({"act": "acknowledge", "alert_ids": ["C1"]}, "/alert_ids/0"),
        ({"act": "acknowledge", "alert_ids": [C1] * 501}, "/alert_ids"),
        ({"act": "acknowledge", "alert_ids": [C1], "reason": "r"}, "/reason"),
        ({"act": "assign", "alert_ids": [C1]}, "/assignee"),
        ({"act": "snooze", "alert_ids": [C1], "until": "2026-02-01"}, "/reason"),
        ({"act": "snooze", "alert_ids": [C1], "until": None, "reason": "r"}, "/until"),
        (SNOOZE | {"alert_ids": [C2, C1], "until": "2026-01-13"}, "/until"),
    ],
)
def test_a_request_that_fits_no_alert_is_refused_whole(two_branches, api, body, pointer) -> None:
    answer = api.staff().post(BULK, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert count_of(two_branches, audit) == 0


def test_the_same_key_does_it_once(two_branches, api) -> None:
    body = {"act": "acknowledge", "alert_ids": [C1]}
    first, again = (api.staff().post(BULK, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")


def many_alerts(store, count: int) -> list[str]:
    """Of as many clients of B1, in one transaction."""
    facts = {"kind": "company", "branch_id": "B1", "tier": "B", "placeholder": False, "name": "a client"}
    ids = [f"M{number:03d}" for number in range(count)]
    said = [Verdict(i, WEEK, Direction.FALL, Grade.PROMPT, (), 5, "standard-1", 1) for i in ids]
    opened = [judge(None, None, verdict, WEEK, EpisodeRules()) for verdict in said]
    with store.write() as tx:
        tx.execute(sa.insert(client), [facts | {"client_id": client_id} for client_id in ids])
        alert_rows.save_all(tx, opened, alert_rows.load_client_facts(tx, ids), "HKD", NOW)
    return [episode.alert_id for episode in opened]


def test_two_hundred_are_acted_on_in_as_many_statements_as_ten(store, bank_on) -> None:
    """Time depends on the machine; the number of statements does not."""
    bank, api = bank_on(store)
    ids, staff, sent = many_alerts(store, 210), api.staff(), []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    counts = []
    for chosen in (ids[:10], ids[10:]):
        sent.clear()
        assert staff.post(BULK, json={"act": "acknowledge", "alert_ids": chosen}).json()["changed"] == chosen
        counts.append(len(sent))
    assert counts[0] == counts[1] < 15
    assert (count_of(bank, audit), count_of(bank, alert_revision)) == (210, 420)
