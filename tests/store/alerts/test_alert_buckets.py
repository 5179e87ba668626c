"""The SQL of the buckets says what the rule says, over random alerts, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, get_args

import pytest
import sqlalchemy as sa

from casework.alerts.buckets import AsOf, Standing, bucket_of
from casework.alerts.episodes import EpisodeRules
from schemas.buckets import BUCKETS, SAVABLE
from schemas.verdicts import Direction, Grade
from schemas.vocabulary import AlertState
from store.alerts import alert_search
from store.alerts.alert_buckets import QUIET_WEEKS, WEEKS_WITHOUT_PAYMENT, bucket, with_judged
from store.alerts.alert_search import AlertFilter
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.ledger import ledger, shard_week

W = 2900  # the newest judged week of shard 0; shard 1 is three behind, of shard 2 nothing is judged
JUDGED = {0: W, 1: W - 3, 2: None}
TODAY = date(2025, 8, 4)
RULES = EpisodeRules(quiet_weeks_to_recover=3, silent_weeks_to_be_gone=9)
AS_OF = AsOf(TODAY, RULES)
STATES = get_args(AlertState)


def a_client(random: Random, number: int) -> dict[str, Any]:
    closed = random.choice((None, None, None, -1, 0, 1))
    return {
        "client_id": f"C{number:03d}", "name": "a client", "kind": "company", "branch_id": "B1", "tier": "A",
        "placeholder": False, "shard": random.choice((0, 0, 1, 2)),
        "first_week": random.choice((None, W - 30, W - 30, W - 5)),
        "closed_on": None if closed is None else TODAY + timedelta(days=closed),
    }  # fmt: skip


def the_ledger(random: Random, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Weeks of zeros, of money one way, and of a reversal as large as a payment; sometimes none at all."""
    if row["first_week"] is None:
        return []
    last = random.choice((W + 1, W, W - 4, W - 9, W - 12, row["first_week"] - 1))
    moved = {week: random.choice(((0, 5), (7, 0), (3, -3))) for week in range(row["first_week"], last + 1)}
    same = {
        "client_id": row["client_id"],
        "shard": row["shard"],
        "debit_count": 0,
        "credit_count": 0,
        "revision": 1,
    }
    amounts = {week: moved.get(week, (0, 0)) for week in range(row["first_week"], W + 2)}
    return [
        same | {"week": week, "debit_minor": debit, "credit_minor": credit}
        for week, (debit, credit) in amounts.items()
    ]


def an_alert(random: Random, row: dict[str, Any], direction: str) -> dict[str, Any]:
    last = W - random.randint(0, 12)
    return {
        "alert_id": f"{row['client_id']}-{direction}", "client_id": row["client_id"], "direction": direction,
        "revision": 1, "state": random.choice(STATES), "grade": random.choice((1, 2)), "opened_week": last - 2,
        "last_week": last, "quiet_weeks": random.randint(0, 4), "value_at_risk_minor": random.randint(0, 999),
        "touched": random.random() < 0.5, "deferred": random.random() < 0.3, "told": random.random() < 0.9,
    }  # fmt: skip


def standing(row: dict[str, Any], of: dict[str, Any], weeks: list[dict[str, Any]]) -> Standing:
    """By a plain reading of the rows."""
    judged = JUDGED[of["shard"]]
    paid = [each["week"] for each in weeks if (each["debit_minor"], each["credit_minor"]) != (0, 0)]
    last_paid = max(paid, default=None if of["first_week"] is None else of["first_week"] - 1)
    quiet = row["quiet_weeks"]
    if judged is not None and row["state"] != "closed":
        quiet = max(0, judged - row["last_week"])
    silent = None if judged is None or last_paid is None else max(0, judged - last_paid)
    return Standing(row["state"], quiet, silent, of["closed_on"], row["told"])


@pytest.fixture
def filled(store):
    """(the store, by alert: its row and how it stands)."""
    random = Random(7)
    clients = [a_client(random, number) for number in range(250)]
    weeks = {row["client_id"]: the_ledger(random, row) for row in clients}
    alerts = [(an_alert(random, row, way), row) for row in clients for way in ("fall", "rise")]
    judged = {"state": "closed", "received": 1, "revision": 1}
    shards = [
        judged | {"shard": shard, "week": week, "judged_revision": int(newest is not None and week <= newest)}
        for shard, newest in JUDGED.items()
        for week in range(W - 5, W + 2)
    ]
    with store.write() as tx:
        for table, rows in (
            (client, clients), (shard_week, shards), (ledger, [each for some in weeks.values() for each in some]),
            (alert, [row for row, _ in alerts]),
        ):  # fmt: skip
            tx.execute(sa.insert(table), rows)
    return store, {row["alert_id"]: (row, standing(row, of, weeks[of["client_id"]])) for row, of in alerts}


def test_sql_and_rule_are_one(filled) -> None:
    store, expected = filled
    columns = (alert.c.alert_id, bucket(AS_OF), QUIET_WEEKS, WEEKS_WITHOUT_PAYMENT)
    query = with_judged(sa.select(*columns).join_from(alert, client, client.c.client_id == alert.c.client_id))
    with store.read() as tx:
        found = {row[0]: tuple(row[1:]) for row in tx.execute(query)}
    assert found == {
        alert_id: (bucket_of(how, AS_OF), how.quiet_weeks, how.weeks_without_payment)
        for alert_id, (_, how) in expected.items()
    }
    assert {each[0] for each in found.values()} == {*BUCKETS, None}


def test_counts_and_money_are_those_of_the_rule(filled) -> None:
    """Of those that people know of."""
    store, found = filled
    expected = {alert_id: (row, how) for alert_id, (row, how) in found.items() if row["told"]}
    assert len(expected) < len(found)
    with store.read() as tx:
        counts = alert_search.counts(tx, AlertFilter(AS_OF), only_branch=None)
    assert len({each[:4] for each in counts}) == len(counts)
    for each in counts:
        alike = [
            row
            for row, how in expected.values()
            if (bucket_of(how, AS_OF), row["grade"], row["direction"], row["deferred"] and not row["touched"])
            == (each.bucket, each.grade, each.direction, each.waits)
        ]
        assert (each.number, each.at_risk_minor) == (len(alike), sum(row["value_at_risk_minor"] for row in alike))
    assert sum(each.number for each in counts) == len(expected)


@pytest.mark.parametrize("wanted", [*((one,) for one in BUCKETS), BUCKETS, tuple(sorted(SAVABLE))])
def test_the_filter_finds_what_the_rule_says(filled, wanted) -> None:
    store, expected = filled
    with store.read() as tx:
        counts = alert_search.counts(tx, AlertFilter(AS_OF, buckets=wanted), only_branch="B1")
    there = [how for _, how in expected.values() if bucket_of(how, AS_OF) in wanted]
    assert sum(each.number for each in counts) == len(there)
    assert {each.bucket for each in counts} <= set(wanted)
    assert {(Grade(each.grade), Direction(each.direction)) for each in counts}


def test_states_narrow_a_bucket(filled) -> None:
    store, expected = filled
    with store.read() as tx:
        wanted = AlertFilter(AS_OF, states=("acknowledged",), buckets=("recovered",))
        (found,) = [sum(each.number for each in alert_search.counts(tx, wanted, only_branch=None))]
    there = [row for row, how in expected.values() if row["told"] and bucket_of(how, AS_OF) == "recovered"]
    assert found == sum(row["state"] == "acknowledged" for row in there) > 0
