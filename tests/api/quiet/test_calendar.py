"""The calendar over HTTP: a branch keeps its own, the region keeps all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from acts.bank import BankRules
from detector.quiet.calendar import Festivals
from schemas.weeks import parse_week
from store.tables.quiet import calendar_entry

CALENDAR = "/api/v1/calendar"
OF_CLIENT = {
    "scope": "client",
    "subject": "C1",
    "first_week": "2026-W03",
    "last_week": "2026-W05",
    "reason": "shut",
}
OF_BRANCH = OF_CLIENT | {"scope": "branch", "subject": "B1"}
OF_BANK = {"scope": "bank", "first_week": "2026-W08", "last_week": "2026-W08", "reason": "Spring Festival"}


@pytest.fixture
def manager(two_branches, api):
    return api.a("branch_manager", "B1", "manager-b001")


@pytest.fixture
def region(two_branches, api):
    return api.a("approver", user="approver-1")


def test_a_branch_keeps_the_calendar_of_its_clients(manager, api) -> None:
    answer = manager.post(CALENDAR, json=OF_CLIENT)
    assert answer.status_code == 200
    body = answer.json()
    assert {name: body[name] for name in OF_CLIENT} == OF_CLIENT
    assert (body["made_by"], body["revision"], body["alert_id"]) == ("manager-b001", 1, None)
    assert manager.get(CALENDAR).json()["items"] == [body]
    (entry,) = api.a("auditor").get("/api/v1/audit?kind=calendar_entry").json()["items"]
    assert (entry["action"], entry["key"]) == ("calendar.add", body["entry_id"])


def test_another_branchs_client_is_not_there(manager) -> None:
    for subject, scope in (("D1", "client"), ("B2", "branch"), ("C9", "client")):
        assert manager.post(CALENDAR, json=OF_CLIENT | {"subject": subject, "scope": scope}).status_code == 404


def test_the_banks_calendar_is_the_regions(manager, region) -> None:
    assert manager.post(CALENDAR, json=OF_BANK).status_code == 403
    made = region.post(CALENDAR, json=OF_BANK)
    assert made.status_code == 200
    assert manager.get(CALENDAR).json()["items"] == [made.json()]
    assert manager.delete(f"{CALENDAR}/{made.json()['entry_id']}").status_code == 403


def test_each_sees_what_concerns_the_branch(manager, region, api) -> None:
    ids = [region.post(CALENDAR, json=body).json()["entry_id"] for body in (OF_CLIENT, OF_BRANCH, OF_BANK)]
    other = api.staff("B2")
    assert [item["entry_id"] for item in other.get(CALENDAR).json()["items"]] == [ids[2]]
    assert {item["entry_id"] for item in manager.get(CALENDAR).json()["items"]} == set(ids)
    assert [i["entry_id"] for i in region.get(f"{CALENDAR}?client_id=C1").json()["items"]] == [ids[0]]
    assert [i["entry_id"] for i in region.get(f"{CALENDAR}?week=2026-W08").json()["items"]] == [ids[2]]


def test_a_span_of_weeks_holds_what_reaches_into_it(region) -> None:
    region.post(CALENDAR, json=OF_CLIENT)  # W03 to W05
    region.post(CALENDAR, json=OF_BANK)  # W08

    def found(query: str) -> list[str]:
        return [item["first_week"] for item in region.get(f"{CALENDAR}?{query}").json()["items"]]

    assert found("since=2026-W05") == ["2026-W08", "2026-W03"]
    assert found("since=2026-W06") == ["2026-W08"]
    assert found("until=2026-W03") == ["2026-W03"]
    assert found("since=2026-W06&until=2026-W07") == []


def test_an_entry_that_is_taken_back_holds_no_more_and_is_kept(manager, two_branches) -> None:
    made = manager.post(CALENDAR, json=OF_CLIENT)
    path = f"{CALENDAR}/{made.json()['entry_id']}"
    assert manager.delete(path, headers={"If-Match": '"7"'}).status_code == 412
    assert manager.delete(path, headers={"If-Match": made.headers["ETag"]}).status_code == 200
    assert manager.delete(path).status_code == 409
    assert manager.get(CALENDAR).json()["items"] == []
    with two_branches.store.read() as tx:
        (row,) = tx.execute(calendar_entry.select()).all()
    assert (row.removed_by, row.revision) == ("manager-b001", 2)


def test_the_same_key_adds_once(manager) -> None:
    answers = [manager.post(CALENDAR, json=OF_CLIENT, headers={"Idempotency-Key": "k1"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(manager.get(CALENDAR).json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"last_week": "2026-W02"}, "/last_week"),
        ({"first_week": "2025-W30", "last_week": "2025-W31"}, "/last_week"),
        ({"last_week": "2026-W40"}, "/last_week"),
        ({"first_week": "2026-W60"}, "/first_week"),
        ({"reason": " "}, "/reason"),
        ({"days": 3}, "/days"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(manager, change, pointer) -> None:
    answer = manager.post(CALENDAR, json=OF_CLIENT | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_branch_or_client_is_named_and_the_bank_is_not(region) -> None:
    assert region.post(CALENDAR, json=OF_BANK | {"subject": "B1"}).status_code == 422
    assert region.post(CALENDAR, json={k: v for k, v in OF_CLIENT.items() if k != "subject"}).status_code == 422


def test_the_list_is_paged(region) -> None:
    for week in range(10, 15):
        region.post(CALENDAR, json=OF_BANK | {"first_week": f"2026-W{week}", "last_week": f"2026-W{week}"})
    found, cursor = [], None
    while True:
        page = region.get(CALENDAR, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [item["last_week"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == [f"2026-W{week}" for week in range(14, 9, -1)]


def test_public_holidays_of_a_year(region) -> None:
    assert region.get(f"{CALENDAR}/holidays?year=2026").json() == {"holidays": [], "weeks": [], "festivals": []}
    assert region.get(f"{CALENDAR}/holidays?year=1066").status_code == 422


def test_a_years_holidays_say_what_they_do(region, api) -> None:
    spring = frozenset(date(2026, 2, day) for day in (17, 18, 19))
    rules = BankRules(
        holidays=spring | {date(2026, 4, 3), date(2026, 2, 15)},
        festivals=Festivals((parse_week("2026-W08"),), "HK"),
    )
    api.app.state.deps = replace(api.app.state.deps, rules=rules)
    assert region.get(f"{CALENDAR}/holidays?year=2026").json() == {
        "holidays": ["2026-02-17", "2026-02-18", "2026-02-19", "2026-04-03"],
        "weeks": ["2026-W08"],
        "festivals": ["2026-W08"],
    }
