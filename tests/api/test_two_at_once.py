"""Two people, or one impatient client, at the same moment: on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from store.tables.alerts import alert_revision
from store.tables.operations import audit, outbox

AT_ONCE = 6


@pytest.fixture
def scene(store, bank_on):
    """A bank with one client and its alert, the API on it, and the alert's path."""
    bank, api = bank_on(store)
    bank.client("C1", "B1", first_week=2900)
    return bank, api, f"/api/v1/alerts/{bank.alert('C1')}"


def together(work, count: int = AT_ONCE) -> list:
    gate = threading.Barrier(count)

    def one(number: int):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def count_of(bank, table: sa.Table) -> int:
    with bank.store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table))


def test_of_those_who_meant_the_same_revision_one_changes_it(scene) -> None:
    bank, api, alert = scene
    people = [api.staff(user=f"staff-{number}") for number in range(AT_ONCE)]
    answers = together(
        lambda n: people[n].post(f"{alert}/assign", json={"assignee": f"to-{n}"}, headers={"If-Match": '"1"'})
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: AT_ONCE - 1}
    (winner,) = [answer.json()["assignee"] for answer in answers if answer.status_code == 200]
    assert people[0].get(alert).json()["assignee"] == winner
    assert (count_of(bank, audit), count_of(bank, alert_revision), count_of(bank, outbox)) == (1, 2, 2)


def test_of_two_who_acknowledge_the_first_takes_it_and_both_are_told(scene) -> None:
    bank, api, alert = scene
    people = [api.staff(user=f"staff-{number}") for number in range(AT_ONCE)]
    answers = together(lambda n: people[n].post(f"{alert}/acknowledge"))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["assignee"] for answer in answers}) == 1
    assert (count_of(bank, audit), count_of(bank, alert_revision)) == (1, 2)


def test_changes_without_a_revision_follow_one_another_and_none_is_lost(scene) -> None:
    bank, api, alert = scene
    people = [api.staff(user=f"staff-{number}") for number in range(AT_ONCE)]
    answers = together(lambda n: people[n].post(f"{alert}/assign", json={"assignee": f"to-{n}"}))
    assert sorted(answer.json()["revision"] for answer in answers) == list(range(2, 2 + AT_ONCE))
    assert count_of(bank, audit) == AT_ONCE


def test_twins_with_one_key_are_done_once_and_answered_the_same(scene) -> None:
    bank, api, alert = scene
    one = [api.staff() for _ in range(AT_ONCE)]
    answers = together(
        lambda n: one[n].post(f"{alert}/assign", json={"assignee": "x"}, headers={"Idempotency-Key": "twin"})
    )
    assert {(answer.status_code, answer.content, answer.headers["ETag"]) for answer in answers} == {
        (200, answers[0].content, '"2"')
    }
    assert Counter("Idempotent-Replayed" in answer.headers for answer in answers) == {False: 1, True: AT_ONCE - 1}
    assert (count_of(bank, audit), count_of(bank, outbox)) == (1, 2)


def test_where_the_first_twin_is_refused_the_next_one_tries(scene) -> None:
    bank, api, alert = scene
    one = [api.staff() for _ in range(AT_ONCE)]
    answers = together(
        lambda n: one[n].post(
            f"{alert}/close", json={"outcome": "false_alarm"}, headers={"Idempotency-Key": "k", "If-Match": '"9"'}
        )
    )
    assert {answer.status_code for answer in answers} == {412}
    assert (count_of(bank, audit), count_of(bank, outbox)) == (0, 1)


def test_a_dead_letter_replayed_by_two_is_sent_once(scene) -> None:
    bank, api, _ = scene
    path = f"/api/v1/dead-letters/{bank.dead_letter(1)}/replay"
    people = [api.a("operations", user=f"ops-{number}") for number in range(AT_ONCE)]
    answers = together(lambda n: people[n].post(path))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: AT_ONCE - 1}
    assert count_of(bank, outbox) == 2  # the alert's own message and the replay


def test_a_held_week_released_by_two_is_closed_once(scene) -> None:
    bank, api, _ = scene
    bank.shard(2900)
    bank.weeks({2900: "held"})
    people = [api.a("operations", user=f"ops-{number}") for number in range(AT_ONCE)]
    answers = together(lambda n: people[n].post("/api/v1/held-weeks/0/2025-W31/release", json={"reason": "r"}))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: AT_ONCE - 1}
