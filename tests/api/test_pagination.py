"""Pages: every item once, whatever arrives in between."""

from __future__ import annotations

import base64

import pytest

from schemas.verdicts import Grade


@pytest.fixture
def many(bank):
    """23 alerts, many of equal rank, on as many clients; as many dead letters, three to an instant."""
    for number in range(23):
        bank.client(f"C{number:02}", "B1", first_week=2900)
        bank.alert(f"C{number:02}", grade=Grade(1 + number % 2), at_risk=(number % 4) * 100)
        bank.dead_letter(number)
    with bank.store.write() as tx:
        tx.exec_driver_sql(
            "UPDATE dead_letter SET recorded_at = '2026-01-0' || (1 + \"offset\" / 3) || ' 00:00:00.000000'"
        )
    return bank


def pages(person, path: str, limit: int):
    cursor = ""
    while cursor is not None:
        answer = person.get(f"{path}?limit={limit}{cursor}")
        assert answer.status_code == 200, answer.text
        yield answer.json()["items"]
        following = answer.json()["next"]
        cursor = None if following is None else f"&cursor={following}"


LISTS = [
    ("clients", "client_id"),
    ("alerts", "alert_id"),
    ("clients/C01/alerts", "alert_id"),
    ("dead-letters", "dead_letter_id"),
    ("audit", "audit_id"),
]


@pytest.mark.parametrize("limit", [1, 5, 23, 24])
@pytest.mark.parametrize(("path", "key"), LISTS)
def test_pages_of_any_size_make_up_the_whole_list(many, api, path, key, limit) -> None:
    staff, auditor = api.staff(), api.a("auditor")
    for each in staff.get("/api/v1/alerts?limit=7").json()["items"]:
        staff.post(f"/api/v1/alerts/{each['alert_id']}/assign", json={"assignee": "x"})
    whole = auditor.get(f"/api/v1/{path}?limit=200").json()
    found = [each[key] for page in pages(auditor, f"/api/v1/{path}", limit) for each in page]
    assert whole["next"] is None
    assert found == [each[key] for each in whole["items"]]
    assert len(set(found)) == len(found)


def test_inserts_on_the_way_neither_repeat_nor_skip_what_was_there(many, api) -> None:
    approver = api.a("approver")
    before = [each["alert_id"] for each in approver.get("/api/v1/alerts").json()["items"]]
    found: list[str] = []
    for number, page in enumerate(pages(approver, "/api/v1/alerts", 4)):
        found += [each["alert_id"] for each in page]
        many.client(f"N{number}", "B1", first_week=2900)
        many.alert(f"N{number}", grade=Grade(1 + number % 2), at_risk=number * 60)
    assert [each for each in found if each in before] == before
    assert len(set(found)) == len(found)


def test_held_weeks_come_in_pages_too(bank, api) -> None:
    bank.weeks(dict.fromkeys(range(2900, 2905), "held"))
    bank.weeks(dict.fromkeys(range(2900, 2903), "held"), home=1)
    found = [
        (each["week"], each["shard"])
        for page in pages(api.a("operations"), "/api/v1/held-weeks", 3)
        for each in page
    ]
    assert len(set(found)) == len(found) == 8
    assert found == sorted(found)


def test_a_cursor_belongs_to_its_list_and_filters(many, api) -> None:
    approver = api.a("approver")
    cursor = approver.get("/api/v1/alerts?limit=5&grade=alarm").json()["next"]
    assert approver.get(f"/api/v1/alerts?limit=9&grade=alarm&cursor={cursor}").status_code == 200
    for elsewhere in ("alerts?", "alerts?grade=prompt&", "clients?", "clients/C01/alerts?grade=alarm&"):
        assert approver.get(f"/api/v1/{elsewhere}cursor={cursor}").status_code == 400, elsewhere


def test_a_mangled_cursor_is_refused(many, api) -> None:
    approver = api.a("approver")
    cursor = approver.get("/api/v1/alerts?limit=5").json()["next"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    mangled = [raw[:-1], raw + b" ", raw[:6] + raw[6:].replace(b"2", b"1"), b"", b"\x00" * 40]
    texts = [base64.urlsafe_b64encode(each).decode().rstrip("=") for each in mangled]
    for text in [*texts, "ü", "a", "%00", "a b"]:
        answer = approver.get("/api/v1/alerts", params={"limit": 5, "cursor": text})
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:ebbwatch:problem:bad-cursor"), text
