"""Alerts by where they stand, with weeks that count on, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from schemas.verdicts import Direction, Grade
from store.tables.alerts import alert
from store.tables.ledger import shard_week
from tests.api.conftest import WEEK, Api, Bank

ALERTS, TOTALS = "/api/v1/alerts", "/api/v1/alert-totals"


@pytest.fixture
def branch(store, bank_on) -> tuple[Bank, Api]:
    """B1, judged to WEEK + 6: N new, W acknowledged, S snoozed, R quiet, Q silent for 26 weeks, X has closed."""
    bank, api = bank_on(store)
    bank.weeks(dict.fromkeys(range(WEEK - 60, WEEK + 7), "closed"))
    with store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=1))
    weeks = {"N": WEEK + 6, "W": WEEK + 5, "S": WEEK + 6, "R": WEEK - 1, "Q": WEEK + 6, "X": WEEK + 6}
    for at, (client_id, last) in enumerate(weeks.items()):
        closed = {"closed_on": date(2026, 1, 10)} if client_id == "X" else {}
        bank.client(client_id, "B1", first_week=WEEK - 60, **closed)
        paid = WEEK + 6 - 26 if client_id == "Q" else WEEK + 4
        bank.volumes(client_id, {paid: (100_00, 0), WEEK - 60: (1, 1)})
        bank.alert(client_id, week=last, at_risk=100_00 * (at + 1))
    staff = api.staff()
    ids = {item["client_id"]: item["alert_id"] for item in staff.get(ALERTS).json()["items"]}
    staff.post(f"{ALERTS}/{ids['W']}/acknowledge")
    staff.post(f"{ALERTS}/{ids['S']}/snooze", json={"until": "2026-02-01", "reason": "lull"})
    return bank, api


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bucket=new", "N"),
        ("bucket=in_work", "W"),
        ("bucket=snoozed", "S"),
        ("bucket=recovered", "R"),
        ("bucket=gone", "XQ"),
        ("bucket=all", "XQRSWN"),
        ("bucket=gone&state=open", "XQ"),
        ("bucket=in_work&state=open", ""),
        ("state=open", "XQRN"),  # goes on as it was
        ("bucket=all&sort=label", "XQRSWN"),
    ],
)
def test_each_bucket_has_its_own(branch, query, found) -> None:
    items = branch[1].staff().get(f"{ALERTS}?{query}").json()["items"]
    assert "".join(item["client_id"] for item in items) == found


def test_a_bucket_that_is_none_is_refused(branch) -> None:
    assert branch[1].staff().get(f"{ALERTS}?bucket=closed").status_code == 422


def test_an_alert_says_where_it_stands_and_since_when_it_is_quiet(branch) -> None:
    items = {item["client_id"]: item for item in branch[1].staff().get(ALERTS).json()["items"]}
    told = {who: (it["bucket"], it["quiet_weeks"], it["weeks_without_payment"]) for who, it in items.items()}
    assert told == {
        "N": ("new", 0, 2),
        "W": ("in_work", 1, 2),
        "S": ("snoozed", 0, 2),
        "R": ("recovered", 7, 2),  # true, not the four at which its revision stopped
        "Q": ("gone", 0, 26),
        "X": ("gone", 0, 2),
    }
    one = branch[1].staff().get(f"{ALERTS}/{items['R']['alert_id']}").json()
    assert (one["bucket"], one["quiet_weeks"]) == ("recovered", 7)


def test_a_closed_alert_stands_nowhere_and_is_as_quiet_as_it_was(branch) -> None:
    bank, api = branch
    item = api.staff().get(f"{ALERTS}?bucket=recovered").json()["items"][0]
    with bank.store.write() as tx:
        tx.execute(sa.update(alert).where(alert.c.client_id == "R").values(quiet_weeks=4))
    closed = api.staff().post(f"{ALERTS}/{item['alert_id']}/close", json={"outcome": "false_alarm"}).json()
    assert (closed["bucket"], closed["quiet_weeks"]) == (None, 4)


def test_totals_count_buckets_and_the_money_that_can_still_be_saved(branch) -> None:
    bank, api = branch
    bank.alert("N", week=WEEK + 6, at_risk=7_00, direction=Direction.RISE, grade=Grade.PROMPT)
    buckets = {"new": 2, "in_work": 1, "snoozed": 1, "recovered": 1, "gone": 2}
    whole = api.staff().get(TOTALS).json()
    assert (whole["buckets"], whole["value_to_save"]) == (buckets, "600.00")  # N, W and S
    assert (whole["alarms"], whole["prompts"], whole["value_at_risk"]) == (6, 1, "2107.00")
    gone = api.staff().get(f"{TOTALS}?bucket=gone").json()
    assert (gone["alarms"], gone["prompts"], gone["value_at_risk"]) == (2, 0, "1100.00")
    assert (gone["buckets"], gone["value_to_save"]) == (buckets, "600.00")
    assert api.staff().get(f"{TOTALS}?grade=prompt").json()["buckets"] == dict.fromkeys(buckets, 0) | {"new": 1}
    assert api.staff("B2").get(TOTALS).json()["value_to_save"] == "0.00"


def test_the_list_as_a_file_says_it_too(branch) -> None:
    text = branch[1].staff().get(f"{ALERTS}.csv?bucket=recovered").text
    header, row = (line.split(",") for line in text.lstrip("\ufeff").split("\r\n")[:2])
    told = dict(zip(header[-2:], row[-2:], strict=True))
    assert told == {"bucket": "recovered", "weeks_without_payment": "2"}
