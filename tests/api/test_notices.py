"""How a person wants to be told, and what they were told: their own alone, and never their address."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework.notices.notice_facts import CaseAssigned, NewAlarm
from casework.notices.notice_making import Notice
from schemas.messages import Summary
from store.notices import notice_queue
from store.tables.notices import preference_table
from store.tables.operations import audit

SECRET = "s3cret-Token-9f1c"
ADDRESS = f"json://robot:{SECRET}@127.0.0.1:8080/{SECRET}?+X-Token={SECRET}"
PREFERENCES = "/api/v1/notices/preferences"
WISHES: dict[str, Any] = {
    "address": ADDRESS,
    "language": "zh-Hans",
    "kinds": ["new_alarm", "case_assigned"],
    "quiet_from": "22:00",
    "quiet_until": "07:30",
}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in WISHES.items() if key != name}


def stored_address(api) -> str | None:
    with api.store.read() as tx:
        return tx.scalar(sa.select(preference_table.c.address))


def write(api, *subjects: str, user: str = "staff-17") -> None:
    facts = NewAlarm("a-1", "C1", "C1 Trading", Summary("It ebbs.", "下降。"))
    now = api.clock()
    rows = [Notice(user, "new_alarm", key, facts, now) for key in subjects]
    api.store.transact(lambda tx: notice_queue.add_notices(tx, rows, now))


def test_who_never_said_is_not_told_and_sees_what_there_is_to_choose(two_branches, api) -> None:
    answer = api.staff().get(PREFERENCES)
    assert answer.headers["ETag"] == '"0"'
    said = answer.json()
    assert (said["address"], said["revision"], said["branch_id"]) == (None, 0, "B1")
    assert len(said["kinds"]) == 9
    assert "test" not in said["kinds"]


def test_what_was_said_is_kept_and_of_the_address_only_the_scheme_is_shown(two_branches, api) -> None:
    staff = api.staff()
    answer = staff.post(PREFERENCES, json=WISHES)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    expected = WISHES | {"address": "json://…", "kinds": ["case_assigned", "new_alarm"]}
    expected |= {"user": "staff-17", "role": "branch_staff", "branch_id": "B1", "revision": 1}
    assert answer.json() == staff.get(PREFERENCES).json() == expected
    assert stored_address(api) == ADDRESS
    assert SECRET not in answer.text + staff.get(PREFERENCES).text


def test_the_address_stays_where_none_is_given(two_branches, api) -> None:
    staff = api.staff()
    staff.post(PREFERENCES, json=WISHES)
    changed = staff.post(PREFERENCES, json=without("address") | {"language": "en"}).json()
    assert (changed["language"], changed["revision"]) == ("en", 2)
    assert stored_address(api) == ADDRESS


def test_the_first_time_an_address_is_needed(two_branches, api) -> None:
    answer = api.staff().post(PREFERENCES, json=without("address"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/address")


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"address": "file:///etc/passwd"}, "/address"),
        ({"address": f"dbus://{SECRET}"}, "/address"),
        ({"address": f"jsons://h.example/{SECRET}?verify=no"}, "/address"),
        ({"address": f"workflows://h.example/{SECRET}/b?template=/etc/passwd"}, "/address"),
        ({"address": f"json://h.example/{SECRET}" + "x" * 2000}, "/address"),
        ({"address": ""}, "/address"),
        ({"address": 1}, "/address"),
        ({"kinds": ["test"]}, "/kinds/0"),
        ({"language": "fr"}, "/language"),
        ({"quiet_from": "22:00", "quiet_until": None}, "/quiet_until"),
        ({"quiet_from": "07:30"}, "/quiet_until"),
        ({"quiet_from": "25:00"}, "/quiet_from"),
        ({"quiet": "always"}, "/quiet"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_without_repeating_it(two_branches, api, wish, pointer) -> None:
    answer = api.staff().post(PREFERENCES, json=WISHES | wish)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert SECRET not in answer.text
    assert stored_address(api) is None


def test_the_bank_may_allow_fewer_schemes(two_branches, api) -> None:
    deps = api.app.state.deps
    api.app.state.deps = replace_rules(deps, notice_schemes=frozenset({"mailtos"}))
    answer = api.staff().post(PREFERENCES, json=WISHES)
    assert (answer.status_code, "mailtos, and ://" in answer.text) == (422, True)


def replace_rules(deps, **rules: object):
    return replace(deps, rules=replace(deps.rules, **rules))


def test_two_people_have_each_their_own(two_branches, api) -> None:
    api.staff(user="staff-17").post(PREFERENCES, json=WISHES)
    write(api, "a-1")
    other = api.staff(user="staff-18")
    assert other.get(PREFERENCES).json()["revision"] == 0
    assert other.get("/api/v1/notices").json()["items"] == []


def test_someone_quicker_is_noticed(two_branches, api) -> None:
    staff = api.staff()
    assert staff.post(PREFERENCES, json=WISHES, headers={"If-Match": '"0"'}).status_code == 200
    late = staff.post(PREFERENCES, json=WISHES | {"language": "en"}, headers={"If-Match": '"0"'})
    assert late.status_code == 412


def test_the_same_wish_again_changes_nothing(two_branches, api) -> None:
    staff = api.staff()
    for _ in range(2):
        assert staff.post(PREFERENCES, json=WISHES).headers["ETag"] == '"1"'
    assert len(trail(api)) == 1


def trail(api) -> list[Any]:
    with api.store.read() as tx:
        return tx.execute(sa.select(audit).order_by(audit.c.audit_id)).all()


def test_the_audit_trail_says_that_an_address_changed_and_not_to_which(two_branches, api) -> None:
    staff = api.staff()
    staff.post(PREFERENCES, json=WISHES)
    staff.post(PREFERENCES, json=without("address") | {"language": "en"})
    staff.post(PREFERENCES, json=WISHES | {"address": f"mailto://u:{SECRET}@mail.bank.example"})
    staff.post(f"{PREFERENCES}/test")
    rows = trail(api)
    assert [row.action for row in rows] == ["notice_preference.set"] * 3 + ["notice.test"]
    assert [row.after.get("address_changed", False) for row in rows] == [True, False, True, False]
    assert (rows[2].before["address"], rows[2].after["address"]) == ("json://…", "mailto://…")
    assert SECRET not in str(rows)


def test_no_log_line_of_a_request_holds_the_address(two_branches, api, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    api.staff().post(PREFERENCES, json=WISHES, headers={"Idempotency-Key": "k1"})
    api.staff().post(PREFERENCES, json=WISHES | {"address": f"dbus://{SECRET}"})
    assert any(record.getMessage() == "request" for record in caplog.records)
    assert SECRET not in "".join(str(vars(record)) for record in caplog.records)


def test_a_trial_is_written_at_once_also_in_quiet_hours_and_once_a_minute(two_branches, api) -> None:
    staff = api.staff()
    staff.post(PREFERENCES, json=WISHES | {"quiet_from": "00:00", "quiet_until": "23:59"})
    first = staff.post(f"{PREFERENCES}/test").json()
    assert (first["kind"], first["state"], first["title"]) == ("test", "waiting", "Ebbwatch：测试")
    assert first["not_before"] == first["written_at"]
    assert staff.post(f"{PREFERENCES}/test").json() == first
    api.clock.now += timedelta(minutes=1)
    assert staff.post(f"{PREFERENCES}/test").json()["notice_id"] != first["notice_id"]


def test_a_trial_needs_an_address(two_branches, api) -> None:
    answer = api.staff().post(f"{PREFERENCES}/test")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:ebbwatch:problem:conflict")


def test_ones_notices_are_listed_newest_first_page_by_page(two_branches, api) -> None:
    staff = api.staff()
    write(api, "a-1", "a-2", "a-3")
    page = staff.get("/api/v1/notices?limit=2").json()
    rest = staff.get("/api/v1/notices", params={"limit": 2, "cursor": page["next"]}).json()
    assert [item["notice_id"] for item in page["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next"] is None
    other = staff.get("/api/v1/notices", params={"language": "en", "cursor": page["next"]})
    assert (other.status_code, other.json()["type"]) == (400, "urn:ebbwatch:problem:bad-cursor")


def test_a_notice_says_where_it_stands_in_ones_own_language(two_branches, api) -> None:
    staff = api.staff()
    staff.post(PREFERENCES, json=WISHES)
    write(api, "a-1", "a-2")
    with api.store.write() as tx:
        notice_queue.mark_sent(tx, 1, api.clock())
        notice_queue.give_up(tx, 2, "the other end answered 403")
    given_up, sent = staff.get("/api/v1/notices").json()["items"]
    assert (sent["state"], sent["tries"], sent["title"]) == ("sent", 1, "新警报：C1 Trading")
    assert (given_up["state"], given_up["failed"]) == ("given_up", "the other end answered 403")
    assert sent["path"] == "/desk/clients/C1"
    english = staff.get("/api/v1/notices?language=en").json()["items"][0]
    assert english["body"] == "C1 Trading (C1): It ebbs."


def test_a_case_leads_to_its_page(two_branches, api) -> None:
    rows = [
        Notice("staff-17", "case_assigned", "c-1", CaseAssigned("c-1", "C1", "C1 Trading", "lead"), api.clock())
    ]
    api.store.transact(lambda tx: notice_queue.add_notices(tx, rows, api.clock()))
    assert api.staff().get("/api/v1/notices").json()["items"][0]["path"] == "/desk/cases/c-1"
