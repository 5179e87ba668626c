"""`ebbwatch run`: a person says where to be told, and is told; their address is in no log, however talkative."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publish.notices.sink import SECRET, Sink, open_sink
from tests.system.product import Product, answers, free_port

PREFERENCES = "/api/v1/notices/preferences"
BRANCH = "B001"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with open_sink() as opened:
        yield opened


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    settings = {
        "EBBWATCH_EMBEDDED_KAFKA_PORT": str(free_port()),
        "EBBWATCH_SIMULATED_CLIENTS": "400",  # enough for alarms in history and after it, whatever the date
        "EBBWATCH_SIMULATED_BRANCHES": "1",
        "EBBWATCH_SIMULATED_HISTORY_WEEKS": "90",
        "EBBWATCH_SIMULATED_PARTITIONS": "2",
        "EBBWATCH_SIMULATED_WEEK_SECONDS": "4",  # news is of two weeks: a slow machine has to have looked in them
        "EBBWATCH_CHECKPOINT_SECONDS": "0.2",
        "EBBWATCH_PUBLIC_URL": "http://desk.bank.example",
        "EBBWATCH_LOG_LEVEL": "DEBUG",
    }
    with Product(tmp_path / "data", settings) as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_person_is_told_of_new_alarms_and_of_the_week(product: Product, sink: Sink) -> None:
    """1. Start. 2. Say where, before there is anything. 3. Try it. 4. Be told. 5. Ctrl-C. 6. Read the logs."""
    product.start("run", "--embedded", "--simulate")
    product.wait_until("an answer", lambda: answers(product.http_port))
    wishes = {"address": sink.address(), "language": "zh-Hans", "kinds": ["new_alarm", "weekly_digest"]}
    said = product.ask("POST", PREFERENCES, "branch_manager", BRANCH, body=wishes)
    assert (said.status_code, said.json()["address"]) == (200, "json://…")
    assert product.ask("POST", f"{PREFERENCES}/test", "branch_manager", BRANCH).status_code == 200
    for words in ("Ebbwatch：测试", "新警报", "当周："):
        product.wait_until(words, lambda words=words: any(words in title for title in sink.titles), 240)
    alarm = next(
        message for message in sink.got if "新警报" in message["title"]
    )  # of one client, or of many at once
    assert "http://desk.bank.example/" in alarm["message"]
    mine = product.ask("GET", "/api/v1/notices", "branch_manager", BRANCH).json()["items"]
    assert {"sent"} <= {each["state"] for each in mine}
    assert product.interrupt("run") == 0
    written = (product.data_dir / "ebbwatch.log").read_text() + product.said("run")
    assert '"kind":"weekly_digest"' in written or "followed up" in written
    assert SECRET not in written
