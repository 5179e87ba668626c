"""Dead letters over HTTP: their original bytes, and sending them again once."""

from __future__ import annotations

import base64
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from acts.bank import Bank
from acts.callers import TIME_ALONE
from acts.dead_letters import SentAgain, send_all_again
from acts.performing import Performer
from schemas.weeks import WeekCalendar
from store.operations.dead_letters import DeadLetterFilter
from store.tables.operations import outbox
from tests.api.conftest import NOW


def sent(bank) -> list[tuple[str, int | None, bytes | None, bytes | None]]:
    with bank.store.read() as tx:
        columns = (outbox.c.topic, outbox.c.partition, outbox.c.key, outbox.c.value)
        return [tuple(row) for row in tx.execute(sa.select(*columns).order_by(outbox.c.outbox_id))]


def test_the_newest_come_first_without_their_bytes(bank, api) -> None:
    for number in range(3):
        bank.dead_letter(number)
    items = api.a("operations").get("/api/v1/dead-letters").json()["items"]
    assert [each["offset"] for each in items] == [2, 1, 0]
    assert items[0] == {
        "dead_letter_id": "00000000-0000-5000-8000-000000000002",
        "topic": "corebank.activity",
        "partition": 0,
        "offset": 2,
        "reason": "bad_amount",
        "detail": "no decimal",
        "recorded_at": "2026-01-13T02:00:02Z",
        "replayed_at": None,
        "replayed_by": None,
    }


@pytest.mark.parametrize(
    ("query", "offsets"),
    [
        ("topic=corebank.rates", [2]),
        ("partition=3", [1]),
        ("reason=no_rate", [2, 1]),
        ("replayed=false", [2, 1]),
        ("replayed=true", [0]),
        ("reason=no_rate&partition=3", [1]),
    ],
)
def test_filters_find_what_they_say(bank, api, query, offsets) -> None:
    api.a("operations").post(f"/api/v1/dead-letters/{bank.dead_letter(0)}/replay")
    bank.dead_letter(1, reason="no_rate", partition=3)
    bank.dead_letter(2, reason="no_rate", topic="corebank.rates")
    items = api.a("operations").get(f"/api/v1/dead-letters?{query}").json()["items"]
    assert [each["offset"] for each in items] == offsets


@pytest.mark.parametrize(
    ("value", "text"),
    [(b'{"amount":"\xc2\xa35"}', '{"amount":"£5"}'), (b"\xff\x00", None), (b"", ""), (None, None)],
)
def test_one_shows_its_bytes_and_the_text_where_it_is_one(bank, api, value, text) -> None:
    body = api.a("auditor").get(f"/api/v1/dead-letters/{bank.dead_letter(1, value)}").json()
    assert body["value_text"] == text
    assert body["value_base64"] == (None if value is None else base64.b64encode(value).decode())
    assert (body["key_text"], body["key_base64"]) == ("C1", "QzE=")


def test_a_replay_sends_the_original_bytes_to_where_they_came_from(bank, api) -> None:
    identity = bank.dead_letter(1, b"\xff\x00", partition=3)
    answer = api.a("operations", user="ops-2").post(f"/api/v1/dead-letters/{identity}/replay")
    assert (answer.status_code, answer.json()["replayed_by"]) == (200, "ops-2")
    assert answer.json()["replayed_at"] == "2026-01-13T02:00:00Z"
    assert sent(bank) == [("corebank.activity", 3, b"C1", b"\xff\x00")]
    (entry,) = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert (entry["action"], entry["key"], entry["after"]["replayed_by"]) == (
        "dead_letter.replay",
        identity,
        "ops-2",
    )


def test_what_came_in_the_wrong_partition_goes_back_by_its_key(bank, api) -> None:
    identity = bank.dead_letter(1, reason="wrong_partition", partition=3)
    api.a("operations").post(f"/api/v1/dead-letters/{identity}/replay")
    assert [row[1] for row in sent(bank)] == [None]


def test_a_second_replay_must_be_asked_for(bank, api) -> None:
    path = f"/api/v1/dead-letters/{bank.dead_letter(1)}/replay"
    operations = api.a("operations")
    answers = [operations.post(path), operations.post(path), operations.post(path, json={"again": True})]
    assert [answer.status_code for answer in answers] == [200, 409, 200]
    assert len(sent(bank)) == 2


def test_what_has_no_bytes_cannot_be_replayed(bank, api) -> None:
    identity = bank.dead_letter(1, None, reason="unreadable_record")
    answer = api.a("operations").post(f"/api/v1/dead-letters/{identity}/replay", json={"again": True})
    assert (answer.status_code, sent(bank)) == (409, [])


def test_a_replay_repeated_by_its_key_sends_once(bank, api) -> None:
    path = f"/api/v1/dead-letters/{bank.dead_letter(1)}/replay"
    answers = [api.a("operations").post(path, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(sent(bank)) == 1


ALL = "/api/v1/dead-letters/replay"


def test_all_of_a_reason_are_sent_again_by_one_request_in_the_order_they_came(bank, api) -> None:
    for number in (2, 1):
        bank.dead_letter(number, b"no rate %d" % number, reason="no_rate")
    bank.dead_letter(3, b"elsewhere", reason="no_rate", partition=1)
    bank.dead_letter(4, None, reason="no_rate")  # without bytes
    bank.dead_letter(5, reason="bad_amount")
    operations = api.a("operations", user="ops-2")
    operations.post(f"/api/v1/dead-letters/{bank.dead_letter(6, b'before', reason='no_rate')}/replay")
    answer = operations.post(ALL, json={"reason": "no_rate"})
    assert (answer.status_code, answer.json()) == (200, {"sent": 3, "left": 0})
    assert [(partition, value) for _, partition, _, value in sent(bank)] == [
        (0, b"before"), (0, b"no rate 1"), (0, b"no rate 2"), (1, b"elsewhere"),
    ]  # fmt: skip
    entries = api.a("auditor").get("/api/v1/audit?action=dead_letter.replay").json()["items"]
    assert [(each["actor"], each["after"]["replayed_by"]) for each in entries] == [("ops-2", "ops-2")] * 4
    assert operations.post(ALL, json={"reason": "no_rate"}).json() == {"sent": 0, "left": 0}


def test_all_of_a_reason_are_narrowed_and_a_request_is_done_once(bank, api) -> None:
    for number in range(4):
        bank.dead_letter(number, reason="no_rate", partition=number % 2)
    asked = {"reason": "no_rate", "topic": "corebank.activity", "partition": 1}
    answers = [api.a("operations").post(ALL, json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"sent": 2, "left": 0}] * 2
    assert [row[1] for row in sent(bank)] == [1, 1]
    assert api.a("auditor").post(ALL, json=asked).status_code == 403
    assert api.a("operations").post(ALL, json={}).status_code == 422


def test_what_is_more_than_a_request_takes_is_left_for_the_next(bank) -> None:
    for number in range(5):
        bank.dead_letter(number, reason="no_rate")
    wanted = DeadLetterFilter(reason="no_rate")
    performer = Performer(bank.store, Bank(WeekCalendar(ZoneInfo("Asia/Hong_Kong")), "HKD"), lambda: NOW)
    done = [performer.perform(TIME_ALONE, partial(send_all_again, wanted=wanted, most=2)) for _ in range(3)]
    assert done == [SentAgain(2, 3), SentAgain(2, 1), SentAgain(1, 0)]


def test_an_amount_that_nobody_would_believe_is_released_by_itself_and_with_the_reason(bank, api) -> None:
    path = f"/api/v1/dead-letters/{bank.dead_letter(1, reason='implausible_amount')}/replay"
    operations = api.a("operations")
    assert operations.post(path).status_code == 422
    assert operations.post(ALL, json={"reason": "implausible_amount"}).status_code == 422
    assert sent(bank) == []
    assert operations.post(path, json={"because": "confirmed by treasury"}).status_code == 200
    assert len(sent(bank)) == 1
    (entry,) = api.a("auditor").get("/api/v1/audit?action=dead_letter.replay").json()["items"]
    assert entry["after"]["because"] == "confirmed by treasury"
