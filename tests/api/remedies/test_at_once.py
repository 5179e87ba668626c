"""Many people deciding at the same moment: on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest
import sqlalchemy as sa

from acts.bank import BankRules
from casework.remedies.limits import Authority, LevelLimit
from schemas.messages import TOPIC_REMEDIES, RemedyMessage
from store import outbox
from store.tables.operations import audit
from store.tables.remedies import remedy_approval
from tests.api.conftest import CASE
from tests.api.remedy_desk import MARKETING, Desk

MANY = 100
TRIES = 5
OTHER_CLIENT = "00000000-0000-4000-8000-00000000000e"
SMALL = {"branch_amount": 1_000, "branch_ceiling": 1_000}
LIMITS = Authority(
    levels=(
        LevelLimit("branch", 25, 1_000, 92, 100_000),
        LevelLimit("region", 100, 3_000, 366, 100_000),
    ),
    branch_ceiling=1_000_000,
)


@pytest.fixture
def desk(store, bank_on) -> Desk:
    desk = Desk(*bank_on(store))
    desk.api.app.state.deps = replace(desk.api.app.state.deps, rules=BankRules(authority=LIMITS))
    return desk


def together(count: int, work) -> list:
    gate = threading.Barrier(count)

    def one(number: int):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def spend(cost: int) -> dict:
    return MARKETING | {"cost": f"{cost}.00"}


def messages(desk: Desk) -> list[str]:
    with desk.bank.store.read() as tx:
        sent = [each.message for each in outbox.load_unsent(tx, 1000) if each.message.topic == TOPIC_REMEDIES]
    return [msgspec.json.decode(message.value, type=RemedyMessage).state for message in sent]


def count(desk: Desk, table: sa.Table, *conditions) -> int:
    with desk.bank.store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions))


def test_a_hundred_approvals_at_once_are_one(desk) -> None:
    remedy = desk.submit()
    people = [desk.api.a("approver", user=f"approver-{number}") for number in range(MANY)]
    answers = together(MANY, lambda n: people[n].post(f"{remedy}/approve"))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: MANY - 1}
    (winner,) = [answer.json()["approvals"][0]["checker"] for answer in answers if answer.status_code == 200]
    body = desk.staff.get(remedy).json()
    assert (body["state"], [each["checker"] for each in body["approvals"]]) == ("approved", [winner])
    assert messages(desk) == ["approved"]
    assert count(desk, remedy_approval) == count(desk, audit, audit.c.action == "remedy.approve") == 1


def test_two_who_together_would_exceed_the_limit_are_one_yes_and_one_conflict(desk) -> None:
    for _ in range(TRIES):
        remedies = [desk.submit(spend(2_000)) for _ in range(2)]
        people = (desk.approver, desk.second_approver)
        answers = together(2, lambda n: people[n].post(f"{remedies[n]}/approve"))  # noqa: B023
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
        clear(desk, remedies)


def pairs(desk: Desk, cost: int) -> list[str]:
    """Remedies of two clients of one branch, who share no lock of their own."""
    return [desk.submit(spend(cost), case_id) for case_id in (CASE, OTHER_CLIENT)]


def test_two_of_one_branch_do_not_pass_its_ceiling_together(desk) -> None:
    desk.bank.case("C2", OTHER_CLIENT)
    deps = desk.api.app.state.deps
    desk.api.app.state.deps = replace(deps, rules=BankRules(authority=msgspec.structs.replace(LIMITS, **SMALL)))
    people = (desk.approver, desk.second_approver)
    for _ in range(TRIES):
        remedies = pairs(desk, 900)
        answers = together(2, lambda n: people[n].post(f"{remedies[n]}/approve"))  # noqa: B023
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
        clear(desk, remedies)


def test_one_person_does_not_pass_their_limit_in_two_windows(desk) -> None:
    desk.bank.case("C2", OTHER_CLIENT)
    low = LevelLimit("branch", 25, 1_000, 92, 1_000)
    deps = desk.api.app.state.deps
    desk.api.app.state.deps = replace(deps, rules=BankRules(authority=Authority(levels=(low,))))
    for number in range(TRIES):
        manager = desk.api.a("branch_manager", "B1", f"manager-b001-{number}")
        remedies = pairs(desk, 600)
        answers = together(2, lambda n: manager.post(f"{remedies[n]}/approve"))  # noqa: B023
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
        clear(desk, remedies)


def clear(desk: Desk, remedies: list[str]) -> None:
    for remedy in remedies:
        desk.manager.post(f"{remedy}/revoke", json={"note": "again"})
        desk.staff.post(f"{remedy}/withdraw")


def test_halves_submitted_at_once_cannot_both_take_the_low_route(desk) -> None:
    halves = [desk.propose(spend(600)) for _ in range(4)]
    answers = together(4, lambda n: desk.staff.post(f"{halves[n]}/submit"))
    assert Counter(answer.status_code for answer in answers) == {200: 4}
    assert [desk.staff.get(half).json()["route"] for half in halves] == [["region"]] * 4
    managers = [desk.api.a("branch_manager", "B1", f"manager-{n}") for n in range(4)]
    refused = together(4, lambda n: managers[n].post(f"{halves[n]}/approve"))
    assert Counter(answer.status_code for answer in refused) == {403: 4}


def test_one_who_changes_the_terms_while_another_approves_never_runs_what_nobody_saw(desk) -> None:
    for number in range(5):
        remedy = desk.submit(spend(100 + number))
        other = {"cost": "900.00", "starts_on": "2026-02-01"}
        changed, approved = together(
            2,
            lambda n: (
                desk.manager.post(f"{remedy}/approve")  # noqa: B023
                if n
                else desk.staff.post(f"{remedy}/revise", json=other)  # noqa: B023
            ),
        )
        body = desk.staff.get(remedy).json()
        assert {changed.status_code, approved.status_code} == {200, 409}
        assert (body["state"], body["cost"]) == (
            ("approved", f"{100 + number}.00") if approved.status_code == 200 else ("draft", "900.00")
        )
        desk.staff.post(f"{remedy}/withdraw")
        desk.manager.post(f"{remedy}/revoke", json={"note": "again"})


def test_those_who_revoke_at_once_are_told_the_same(desk) -> None:
    remedy = desk.approve()
    answers = together(10, lambda _: desk.manager.post(f"{remedy}/revoke", json={"note": "they left"}))
    assert {(answer.status_code, answer.json()["revision"]) for answer in answers} == {(200, 4)}
    assert messages(desk) == ["approved", "revoked"]


def test_who_closes_the_case_and_who_proposes_at_once_do_not_both_get_it(desk) -> None:
    case = desk.manager.get("/api/v1/cases").json()["items"][0]["case_id"]
    closing = {"truth": "false_alarm", "retention": "not_attempted", "cause": "none"}
    paths = [(desk.manager, f"/api/v1/cases/{case}/close", closing)]
    paths += [(desk.staff, f"/api/v1/cases/{case}/remedies", MARKETING)] * 5

    def send(number: int):
        who, path, body = paths[number]
        return who.post(path, json=body)

    closed, *proposed = together(len(paths), send)
    made = sum(answer.status_code == 200 for answer in proposed)
    assert {answer.status_code for answer in proposed} <= {200, 409}
    assert (closed.status_code == 200) is (made == 0)
