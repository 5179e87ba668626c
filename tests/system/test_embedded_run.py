"""`ebbwatch run --embedded --simulate`: alerts, an act upon one, Ctrl-C, and on from there; nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from feeds.simulated_bank import SimulatedBank
from schemas.messages import TOPIC_ALERTS
from schemas.weeks import parse_week
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week
from store.tables.operations import dead_letter
from store.unit_of_work import Store, open_store
from tests.kafka.reading import EMBEDDED_SESSION_S, Broker
from tests.system.product import Product, answers, free_port, processes_with
from tests.system.published_topic import read_up_to

CLIENTS, HISTORY_WEEKS, PARTITIONS = 60, 90, 4


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    settings = {
        "EBBWATCH_EMBEDDED_KAFKA_PORT": str(free_port()),
        "EBBWATCH_ALERTS_FROM": "2010-W01",  # alerts from the first weeks on: else only when all history is judged
        "EBBWATCH_SIMULATED_CLIENTS": str(CLIENTS),
        "EBBWATCH_SIMULATED_HISTORY_WEEKS": str(HISTORY_WEEKS),
        "EBBWATCH_SIMULATED_PARTITIONS": str(PARTITIONS),
        "EBBWATCH_SIMULATED_WEEK_SECONDS": "1",
        "EBBWATCH_CHECKPOINT_SECONDS": "0.2",
    }
    with Product(tmp_path / "data", settings) as made:
        yield made


@pytest.fixture
def store(product: Product) -> Iterator[Store]:
    product.data_dir.mkdir(exist_ok=True)
    opened = open_store(f"sqlite:///{product.data_dir}/ebbwatch.db")
    yield opened
    opened.close()


def start(product: Product) -> None:
    product.start("run", "--embedded", "--simulate")
    product.wait_until("an answer", lambda: answers(product.http_port))


def closed_weeks(store: Store) -> list[int]:
    """How many weeks each shard has closed, the furthest back first."""
    count = sa.func.count().label("weeks")
    by_shard = sa.select(count).where(shard_week.c.state == "closed").group_by(shard_week.c.shard)
    try:
        with store.read() as tx:
            found = list(tx.scalars(by_shard))
    except sa.exc.OperationalError:
        found = []  # no schema yet
    return sorted([0] * (PARTITIONS - len(found)) + found)


def bank_of(product: Product) -> SimulatedBank:
    """The one that the run has made, from what it noted."""
    made = json.loads((product.data_dir / "simulated-bank.json").read_text())
    return SimulatedBank(
        made["seed"],
        made["clients"],
        made["branches"],
        first_week=parse_week(made["first_week"]),
        currency=made["currency"],
        zone=ZoneInfo(made["time_zone"]),
    )


def in_the_ledger(store: Store) -> dict[tuple[str, int], tuple[int, int]]:
    """(debit, credit) by client and week, of the weeks that are closed."""
    c = ledger.c
    closed = sa.select(c.client_id, c.week, c.debit_minor, c.credit_minor).join(shard, shard.c.shard == c.shard)
    with store.read() as tx:
        rows = tx.execute(closed.where(c.week < shard.c.next_to_close))
        return {(client_id, week): (debit, credit) for client_id, week, debit, credit in rows}


def published(bank: SimulatedBank, store: Store) -> dict[tuple[str, int], tuple[int, int]]:
    """The same as the bank says it: from each client's first booking on, silent weeks as zeros."""
    with store.read() as tx:
        ends = dict(tx.execute(sa.select(shard.c.shard, shard.c.next_to_close)).all())
        known = {
            row.client_id: row
            for row in tx.execute(sa.select(client.c.client_id, client.c.shard, client.c.last_week))
        }
    debit, credit = bank.weekly(bank.first_week, max(ends.values()) - 1)
    expected = {}
    for at, client_id in enumerate(bank.client_ids):
        active = (debit[at] != 0) | (credit[at] != 0)
        if not active.any():
            continue
        row = known[client_id]
        end = ends.get(row.shard, min(ends.values()))  # no shard: nothing of it has arrived yet
        end = end if row.last_week is None else min(end, row.last_week + 1)
        for week in range(bank.first_week + int(active.argmax()), end):
            expected[client_id, week] = (
                int(debit[at, week - bank.first_week]),
                int(credit[at, week - bank.first_week]),
            )
    return expected


def assert_ledger_is_the_banks(product: Product, store: Store) -> None:
    with store.read() as tx:
        assert tx.execute(sa.select(dead_letter.c.reason)).all() == []
    assert in_the_ledger(store) == published(bank_of(product), store)


def assert_nothing_left(product: Product) -> None:
    broker_port = product.settings["EBBWATCH_EMBEDDED_KAFKA_PORT"]
    assert processes_with(f"127.0.0.1:{broker_port}") == []
    assert processes_with(str(product.data_dir)) == []
    assert not answers(int(broker_port))
    assert not answers(product.http_port)


@pytest.mark.timeout(400)
def test_an_alert_is_acknowledged_and_a_restart_goes_on(product: Product, store: Store) -> None:
    """1. Start. 2. Act on an alert. 3. Its message. 4. Ctrl-C. 5. Start again. 6. Compare with the bank."""
    start(product)
    alert = product.wait_until("an acknowledged alert", product.acknowledge_one, timeout_s=200)
    act = f"/api/v1/alerts/{alert['alert_id']}/acknowledge"
    assert product.ask("POST", act, "branch_manager", "B999").status_code == 404
    assert product.ask("POST", act, "operations").status_code == 403
    broker = Broker(f"127.0.0.1:{product.settings['EBBWATCH_EMBEDDED_KAFKA_PORT']}", EMBEDDED_SESSION_S)
    told = read_up_to(broker, TOPIC_ALERTS, alert_id=alert["alert_id"], revision=alert["revision"])
    assert told["state"] == "acknowledged"

    assert product.interrupt("run") == 0
    assert_nothing_left(product)
    assert_ledger_is_the_banks(product, store)
    before = closed_weeks(store)[0]
    assert before >= HISTORY_WEEKS - 1

    start(product)
    product.wait_until("two more weeks", lambda: closed_weeks(store)[0] >= before + 2, timeout_s=120)
    kept = product.ask("GET", f"/api/v1/alerts/{alert['alert_id']}").json()
    assert (kept["state"], kept["assignee"]) == ("acknowledged", "U-branch_manager")
    assert product.interrupt("run") == 0
    assert_nothing_left(product)
    assert_ledger_is_the_banks(product, store)
    assert warnings_in(product) == []


def warnings_in(product: Product) -> list[str]:
    lines = (product.data_dir / "ebbwatch.log").read_text().splitlines()
    loud = [line for line in lines if json.loads(line)["level"] not in {"info", "debug"}]
    return [line for line in loud if "Rebalance listener" not in line]  # that it was slow tells of the machine


@pytest.mark.slow
@pytest.mark.parametrize("kill_at", [1, 20, HISTORY_WEEKS // 2, 85, 93])
def test_killed_in_the_middle_it_goes_on_as_if_nothing_had_been(
    product: Product, store: Store, kill_at: int
) -> None:
    start(product)
    product.wait_until(f"{kill_at} weeks", lambda: closed_weeks(store)[-1] >= kill_at)
    product.kill("run")
    product.wait_until(
        "the broker's end", lambda: not answers(int(product.settings["EBBWATCH_EMBEDDED_KAFKA_PORT"]))
    )
    start(product)
    product.wait_until("all history and a few weeks", lambda: closed_weeks(store)[0] >= HISTORY_WEEKS + 3)
    assert product.interrupt("run") == 0
    assert_nothing_left(product)
    assert_ledger_is_the_banks(product, store)


@pytest.mark.slow
def test_a_killed_broker_and_a_killed_reader_are_started_again(product: Product, store: Store) -> None:
    start(product)
    product.wait_until("20 weeks", lambda: closed_weeks(store)[-1] >= 20)
    product.kill_child("run", "tansu")
    product.wait_until("40 weeks", lambda: closed_weeks(store)[0] >= 40)
    product.kill_child("run", "reader_process")
    product.wait_until("all history and a few weeks", lambda: closed_weeks(store)[0] >= HISTORY_WEEKS + 3)
    assert product.interrupt("run") == 0
    assert_nothing_left(product)
    assert_ledger_is_the_banks(product, store)
    said = (product.data_dir / "ebbwatch.log").read_text()
    assert said.count("it kept everything in memory alone") == 1
