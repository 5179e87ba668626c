"""The API says why an alert was raised, and lists alerts by what they look like."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from schemas.explanations import Label, Strength
from schemas.verdicts import Grade
from schemas.weeks import Week
from store.tables.ledger import shard_week
from tests.api.conftest import WEEK, Bank
from tests.api.explained import an_explanation

ALERTS = "/api/v1/alerts"


@pytest.fixture
def explained(bank) -> Bank:
    """B1: a season, two that leave, one unexplained, one feed fault; B2: one that leaves."""
    told = {
        "E1": an_explanation(WEEK, label=Label.SEASONAL, strength=Strength.WEAK),
        "E2": an_explanation(WEEK),
        "E3": an_explanation(WEEK),
        "E4": None,
        "E5": an_explanation(WEEK, label=Label.FEED_FAULT),
        "D1": an_explanation(WEEK),
    }
    for at, (client_id, why) in enumerate(told.items()):
        bank.client(client_id, "B2" if client_id == "D1" else "B1", first_week=WEEK)
        grade = Grade.PROMPT if client_id == "E2" else Grade.ALARM
        bank.alert(client_id, explained=why, at_risk=100_00 * (at + 1), grade=grade)
    return bank


def _clients(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["client_id"] for item in answer.json()["items"]]


def test_an_alert_says_since_when_how_long_is_left_and_what_it_looks_like(api, explained) -> None:
    person = api.staff()
    items = {item["client_id"]: item for item in person.get(ALERTS).json()["items"]}
    told = items["E2"]["explanation"]
    assert (told["onset_week"], told["onset_earliest"], told["onset_latest"]) == (
        "2025-W45",
        "2025-W42",
        "2025-W47",
    )
    assert (told["weeks_left_least"], told["weeks_left_most"]) == (3, 16)
    assert (told["label"], told["strength"]) == ("leaving", "strong")
    first = told["evidence"][0]
    assert first == {
        "kind": "credits",
        "before_weeks": {"first": "2024-W45", "last": "2025-W44"},
        "after_weeks": {"first": "2025-W45", "last": "2026-W02"},
        "before": "10000.00",
        "after": "4000.00",
        "change_pct": -60.0,
        "count": None,
    }
    assert items["E4"]["explanation"] is None
    assert person.get(f"{ALERTS}/{items['E2']['alert_id']}").json()["explanation"] == told


def test_an_act_leaves_the_explanation_as_it_was(api, explained) -> None:
    person = api.staff()
    before = next(i for i in person.get(ALERTS).json()["items"] if i["client_id"] == "E2")
    after = person.post(f"{ALERTS}/{before['alert_id']}/acknowledge").json()
    assert after["revision"] == 2
    assert after["explanation"] == before["explanation"]


@pytest.mark.parametrize(
    ("label", "found"), [("leaving", ["E3", "E2"]), ("seasonal", ["E1"]), ("shrinking", []), ("feed_fault", ["E5"])]
)
def test_the_list_is_narrowed_to_a_label(api, explained, label, found) -> None:
    person = api.staff()
    assert _clients(person.get(ALERTS, params={"label": label})) == found
    totals = person.get("/api/v1/alert-totals", params={"label": label}).json()
    assert totals["alarms"] + totals["prompts"] == len(found)


def test_an_unknown_label_is_refused(api, explained) -> None:
    assert api.staff().get(ALERTS, params={"label": "unclear"}).status_code == 422


def test_by_label_those_that_leave_come_first_and_those_without_one_last(api, explained) -> None:
    person = api.staff()
    assert _clients(person.get(ALERTS)) == [
        "E4",
        "E5",
        "E3",
        "E1",
        "E2",
    ]  # of E4 no onset is known: all its time counts as left
    assert _clients(person.get(ALERTS, params={"sort": "label"})) == ["E3", "E2", "E1", "E5", "E4"]


def test_a_list_by_label_is_turned_without_repeats(api, explained) -> None:
    person, seen, cursor = api.a("approver"), [], None
    while True:
        answer = person.get(ALERTS, params={"sort": "label", "limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += _clients(answer)
        cursor = answer.json()["next"]
        if cursor is None:
            break
    assert seen == ["D1", "E3", "E2", "E1", "E5", "E4"]


def test_a_cursor_of_one_order_is_refused_by_the_other(api, explained) -> None:
    person = api.staff()
    cursor = person.get(ALERTS, params={"limit": 1}).json()["next"]
    assert person.get(ALERTS, params={"sort": "label", "cursor": cursor}).status_code == 400


def test_the_list_as_a_file_has_the_label_and_the_weeks_left(api, explained) -> None:
    text = api.staff().get(f"{ALERTS}.csv").text
    rows = {row["client_id"]: row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}
    columns = ("label", "strength", "onset_week", "weeks_left_least", "weeks_left_most")
    assert [rows["E2"][column] for column in columns] == ["leaving", "strong", "2025-W45", "3", "16"]
    assert [rows["E4"][column] for column in columns] == [""] * 5


def test_the_list_is_ordered_by_weeks_left_page_by_page(api, bank) -> None:
    for client_id, gone in (("W1", 5), ("W2", 20), ("W3", 30)):
        bank.client(client_id, "B1", first_week=WEEK)
        bank.alert(client_id, explained=an_explanation(WEEK, onset_week=Week(WEEK + 1 - gone)))
    bank.weeks({WEEK: "closed"})
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=1))
    person, cursor, found = api.staff(), None, []
    while True:
        answer = person.get(
            ALERTS, params={"sort": "weeks_left", "limit": 1} | ({"cursor": cursor} if cursor else {})
        )
        found += [(item["client_id"], item["onset_week"], item["weeks_left"]) for item in answer.json()["items"]]
        cursor = answer.json()["next"]
        if cursor is None:
            break
    assert found == [("W2", "2025-W35", 6), ("W1", "2025-W50", 21), ("W3", "2025-W25", 0)]
    with_other = person.get(ALERTS, params={"limit": 1}).json()["next"]
    assert person.get(ALERTS, params={"sort": "weeks_left", "cursor": with_other}).status_code == 400


def test_income_is_told_beside_turnover(api, bank) -> None:
    bank.client("I1", "B1", first_week=WEEK)
    alert_id = bank.alert("I1", at_risk=1_234_567_00)
    told = api.staff().get(f"{ALERTS}/{alert_id}").json()
    assert (told["value_at_risk"], told["income_at_risk"]) == ("1234567.00", "1234.57")
