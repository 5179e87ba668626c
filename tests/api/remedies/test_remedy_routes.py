"""Remedies proposed and read: complete, of an open case, in the own branch, as they stand today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acts.bank import BankRules
from casework.alerts.income import Margins
from store.tables.clients import client
from tests.api.conftest import CASE, NOW, WEEK
from tests.api.remedy_desk import MARKETING, OTHER_CASE, REDUCTION, V1, WAIVER, Desk

PROPOSE = f"{V1}/cases/{CASE}/remedies"


@pytest.fixture
def desk(bank, api) -> Desk:
    return Desk(bank, api)


def test_a_proposal_is_shown_with_what_it_costs_and_needs(desk) -> None:
    answer = desk.staff.post(PROPOSE, json=WAIVER)
    body = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert (body["state"], body["owner"], body["maker"], body["client_name"]) == (
        "draft",
        "staff-17",
        "staff-17",
        "C1 Trading",
    )
    assert (body["concession_pct"], body["given_up"], body["total"], body["break_even"]) == (
        100,
        "3511.24",
        "3511.24",
        "276164.39",
    )
    assert (body["route"], body["next_level"], body["approvals"], body["effects"]) == ([], None, [], [])
    read = desk.manager.get(f"{V1}/remedies/{body['remedy_id']}")
    assert (read.json(), read.headers["ETag"]) == (body, '"1"')


def test_a_break_even_of_ones_own_is_kept(desk) -> None:
    assert desk.staff.get(desk.propose(break_even="300000.00")).json()["break_even"] == "300000.00"


def test_the_margin_is_the_banks(desk) -> None:
    deps = desk.api.app.state.deps
    desk.api.app.state.deps = replace(deps, rules=BankRules(margins=Margins(100)))
    assert desk.staff.get(desk.propose(WAIVER)).json()["break_even"] == "27616.44"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (WAIVER | {"fee_code": None}, "fee_code"),
        (WAIVER | {"list_price": None}, "list_price"),
        (WAIVER | {"ends_on": None}, "ends_on"),
        (WAIVER | {"volume_commitment": None}, "volume_commitment"),
        (WAIVER | {"concession_pct": 50}, "concession_pct"),
        (REDUCTION | {"concession_pct": None}, "concession_pct"),
        (REDUCTION | {"concession_pct": 100}, "concession_pct"),
        (WAIVER | {"list_price": "1.005"}, "list_price"),
        (WAIVER | {"ends_on": "2026-01-13", "starts_on": "2026-01-01"}, "ends_on"),
        (WAIVER | {"starts_on": "0001-01-01"}, "starts_on"),
        (WAIVER | {"starts_on": "9999-12-31"}, "starts_on"),
        (WAIVER | {"ends_on": "9999-12-31"}, "ends_on"),
        (WAIVER | {"fee_code": "two words"}, "fee_code"),
        (MARKETING | {"fee_code": "ACCT-MAINT"}, "fee_code"),
        (MARKETING | {"break_even": "1"}, "break_even"),
        (MARKETING | {"cost": "999999999999999"}, None),
        (MARKETING | {"colour": "red"}, "colour"),
        ({"type": "no_action"}, "reason"),
        ({"type": "bribe"}, "type"),
        (MARKETING | {"renews": CASE}, "renews"),
    ],
)
def test_what_is_not_complete_is_refused_at_its_field(desk, terms, field) -> None:
    answer = desk.staff.post(PROPOSE, json=terms)
    if field is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


def test_a_closed_case_takes_no_remedy(desk) -> None:
    desk.bank.case("C2", "00000000-0000-4000-8000-00000000000e", state="closed", closed_at=NOW, closed_week=WEEK)
    answer = desk.staff.post(f"{V1}/cases/00000000-0000-4000-8000-00000000000e/remedies", json=MARKETING)
    assert answer.status_code == 409


def test_the_timeline_and_the_audit_trail_tell_of_a_proposal(desk) -> None:
    remedy = desk.propose(WAIVER, reason="a cheaper offer elsewhere")
    (line,) = [each for each in timeline(desk) if each["what"].startswith("remedy.")]
    assert (line["what"], line["actor"], line["note"]) == (
        "remedy.proposed",
        "staff-17",
        "fee_waiver: a cheaper offer elsewhere",
    )
    (row,) = desk.api.a("auditor").get(f"{V1}/audit?kind=remedy").json()["items"]
    assert (row["action"], row["key"], row["before"]) == ("remedy.propose", remedy.rsplit("/", 1)[1], None)
    assert row["after"]["terms"]["fee"]["list_price_minor"] == 120_000


def timeline(desk) -> list[dict]:
    return desk.manager.get(f"{V1}/cases/{CASE}").json()["timeline"]


def test_the_same_key_proposes_once(desk) -> None:
    answers = [desk.staff.post(PROPOSE, json=WAIVER, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(desk.staff.get(f"{V1}/remedies").json()["items"]) == 1


@pytest.mark.parametrize("who", ["other_manager", "api.staff"])
def test_another_branchs_remedies_are_not_there(desk, who) -> None:
    remedy = desk.submit()
    stranger = desk.other_manager if who == "other_manager" else desk.api.staff("B2", "staff-9")
    assert stranger.get(remedy).status_code == 404
    assert stranger.get(f"{remedy}/what-if").status_code == 404
    assert stranger.get(f"{V1}/remedies").json()["items"] == []
    assert stranger.get(f"{V1}/remedies?branch=B1").json()["items"] == []
    assert stranger.get(PROPOSE).status_code == 404
    assert stranger.post(PROPOSE, json=MARKETING).status_code == 404
    for act in ("revise", "submit", "withdraw"):
        assert stranger.post(f"{remedy}/{act}", json={}).status_code == 404
    for act in ("approve", "reject", "return", "revoke"):
        answer = desk.other_manager.post(f"{remedy}/{act}", json={"note": "no"})
        assert answer.status_code == 404
    assert desk.staff.get(remedy).json()["revision"] == 2


def test_an_approver_sees_every_branch(desk) -> None:
    desk.propose(MARKETING, OTHER_CASE, by=desk.api.staff("B2", "staff-9"))
    desk.propose(MARKETING)
    branches = [each["branch_id"] for each in desk.approver.get(f"{V1}/remedies").json()["items"]]
    assert sorted(branches) == ["B1", "B2"]
    only = desk.approver.get(f"{V1}/remedies?branch=B2").json()["items"]
    assert [each["branch_id"] for each in only] == ["B2"]


def test_the_inbox_has_the_oldest_submission_first(desk) -> None:
    made = [desk.propose(MARKETING | {"cost": f"{n}.00"}) for n in range(1, 5)]
    for remedy in (made[2], made[0], made[3]):
        desk.api.clock.now += timedelta(minutes=1)
        desk.staff.post(f"{remedy}/submit")
    inbox = f"{V1}/remedies?state=submitted&limit=2"
    first = desk.manager.get(inbox).json()
    second = desk.manager.get(f"{inbox}&cursor={first['next']}").json()
    assert [each["cost"] for page in (first, second) for each in page["items"]] == ["3.00", "1.00", "4.00"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "costs"),
    [
        ("", ["1.00", "2.00", "3.00"]),
        ("state=draft", ["3.00"]),
        ("state=submitted", ["2.00"]),
        ("state=submitted&level=branch", ["2.00"]),
        ("state=submitted&level=region", []),
        ("level=branch", ["2.00"]),
        ("state=approved", []),
        ("state=active", ["1.00"]),
        ("state=active&state=draft", ["1.00", "3.00"]),
        ("type=executive_visit", ["3.00"]),
        ("client_id=C1", ["1.00", "2.00", "3.00"]),
        ("client_id=C2", []),
        ("branch=B1", ["1.00", "2.00", "3.00"]),
    ],
)
def test_each_filter_looks_at_the_field_of_its_name(desk, query, costs) -> None:
    desk.approve(MARKETING | {"cost": "1.00", "starts_on": "2026-01-13"})
    desk.submit(MARKETING | {"cost": "2.00"})
    desk.propose(MARKETING | {"cost": "3.00", "type": "executive_visit"})
    found = desk.manager.get(f"{V1}/remedies?{query}").json()["items"]
    assert sorted(each["cost"] for each in found) == costs


def test_a_cursor_of_another_list_is_refused(desk) -> None:
    desk.propose(MARKETING)
    desk.propose(MARKETING)
    cursor = desk.staff.get(f"{V1}/remedies?limit=1").json()["next"]
    assert desk.staff.get(f"{PROPOSE}?limit=1&cursor={cursor}").status_code == 400
    assert desk.staff.get(f"{V1}/remedies?state=draft&limit=1&cursor={cursor}").status_code == 400


def test_a_cases_remedies_are_its_own(desk) -> None:
    desk.propose(MARKETING)
    desk.propose(MARKETING, OTHER_CASE, by=desk.api.staff("B2", "staff-9"))
    assert [each["case_id"] for each in desk.staff.get(PROPOSE).json()["items"]] == [CASE]


@pytest.mark.parametrize(
    ("days", "state"), [(0, "approved"), (19, "active"), (77, "active"), (78, "expiring"), (108, "expired")]
)
def test_a_remedy_is_shown_and_found_as_it_stands_today(desk, days, state) -> None:
    remedy = desk.approve()
    desk.api.clock.now += timedelta(days=days)
    shown = desk.manager.get(remedy)
    assert (shown.json()["state"], shown.json()["ended_on"]) == (state, "2026-05-01" if days == 108 else None)
    states = ("approved", "active", "expiring", "expired")
    found = {each: len(desk.manager.get(f"{V1}/remedies?state={each}").json()["items"]) for each in states}
    assert found == {each: int(each == state) for each in states}


def test_the_revision_shown_today_is_the_one_to_name(desk) -> None:
    remedy = desk.approve()
    desk.api.clock.now += timedelta(days=30)
    shown = desk.manager.get(remedy).headers["ETag"]
    assert shown == '"4"'  # proposed, submitted, approved, begun
    no = {"note": "a slip"}
    assert desk.manager.post(f"{remedy}/revoke", json=no, headers={"If-Match": '"3"'}).status_code == 412
    done = desk.manager.post(f"{remedy}/revoke", json=no, headers={"If-Match": shown})
    assert (done.status_code, done.headers["ETag"], done.json()["state"]) == (200, '"5"', "revoked")
    lines = [each["what"] for each in timeline(desk)]
    assert lines[-2:] == ["remedy.active", "remedy.revoked"]


def test_a_renewal_shows_what_the_last_one_brought(desk) -> None:
    desk.bank.shard(WEEK + 40)
    desk.bank.volumes("C1", dict.fromkeys(range(WEEK - 20, WEEK + 4), (1000000, 1000000)))
    desk.bank.volumes("C1", dict.fromkeys(range(WEEK + 4, WEEK + 40), (1500000, 1000000)))
    with desk.bank.store.write() as tx:
        tx.execute(client.update().where(client.c.client_id == "C1").values(first_week=WEEK - 20))
    first = desk.approve(starts_on="2026-02-02")  # the Monday four weeks after the alert's
    desk.api.clock.now += timedelta(days=280)
    renewal = desk.propose(REDUCTION, renews=first.rsplit("/", 1)[1], starts_on="2026-11-01", ends_on="2026-12-01")
    body = desk.manager.get(renewal).json()
    assert body["effects"] == []
    assert (body["renewed"]["remedy_id"], body["renewed"]["state"]) == (body["renews"], "expired")
    assert [
        (each["weeks"], each["before"], each["after"], each["change_pct"]) for each in body["renewed"]["effects"]
    ] == [
        (4, "20000.00", "25000.00", 25.0),
        (13, "20000.00", "25000.00", 25.0),
        (26, "20000.00", "25000.00", 25.0),
    ]
    assert desk.manager.get(first).json()["effects"] == body["renewed"]["effects"]


def test_an_effect_not_yet_known_is_null_and_not_zero(desk) -> None:
    desk.bank.shard(WEEK)
    remedy = desk.approve(MARKETING | {"starts_on": "2026-01-12"})
    assert desk.manager.get(remedy).json()["effects"] == [
        {"weeks": weeks, "seen": 0, "before": None, "after": None, "change": None, "change_pct": None}
        for weeks in (4, 13, 26)
    ]


@pytest.mark.parametrize("state", ["draft", "running"])
def test_what_has_not_ended_is_not_renewed(desk, state) -> None:
    first = desk.propose() if state == "draft" else desk.approve()
    answer = desk.staff.post(PROPOSE, json=REDUCTION | {"renews": first.rsplit("/", 1)[1]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/renews")


def test_another_clients_remedy_is_not_renewed_and_not_told_of(desk) -> None:
    other = desk.propose(MARKETING, OTHER_CASE, by=desk.api.staff("B2", "staff-9"))
    details = [
        desk.staff.post(PROPOSE, json=MARKETING | {"renews": renews}).json()["errors"][0]["detail"]
        for renews in (other.rsplit("/", 1)[1], CASE)
    ]
    assert details[0].split(" ", 1)[1] == details[1].split(" ", 1)[1] == "is no remedy of client C1"
