"""1.86 million real payments through a topic into the ledger: all accounted for, every client-week to the penny."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import httpx2 as httpx
import polars as pl
import pytest
import sqlalchemy as sa

from acts.sign_in.local_key import LocalKey, issue_token
from schemas.weeks import week_of_date
from services.simulation.embedded_broker import EmbeddedBroker
from store.tables.ledger import ledger, shard, shard_week
from store.unit_of_work import Store, open_store
from tests.system.digest import digest
from tests.system.fleet import Fleet

PAYMENTS = 1_860_826
DONE_S = 1200
PARTITIONS = 2  # a shard-week costs about the same with 200 clients as with 400
# Both take the whole file in; to send it takes kafka-python four times as long.
SENDER = "confluent"
READERS = {"sqlite": "kafka-python", "postgresql": "confluent"}

pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.timeout(4000)]  # the longest: begins first


@dataclass(frozen=True)
class Published:
    """A broker that holds the replayed file."""

    bootstrap: str
    file: Path
    seconds: float


@dataclass
class Replay:
    """What the product made of it on one database; `seconds` until every week was judged."""

    store: Store
    seconds: float = 0.0
    alerts: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def published(
    missing: Callable[[str, str], NoReturn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    file = Path(os.environ.get("EBBWATCH_TEST_DATA", "")) / "transactions.parquet"
    if not file.is_file():
        missing("data", "no EBBWATCH_TEST_DATA with transactions.parquet")
    with EmbeddedBroker(0) as broker:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("EBBWATCH_")}
        environment |= _settings(broker.bootstrap, tmp_path_factory.mktemp("replay"), SENDER)
        began = time.monotonic()
        said = subprocess.run(
            [sys.executable, "-m", "services.cli", "replay", str(file)],
            env=environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert re.search(rf"{PAYMENTS:,} rows: {PAYMENTS:,} events of 769 clients .* 0 refused", said)
        yield Published(broker.bootstrap, file, time.monotonic() - began)


def _settings(bootstrap: str, folder: Path, client: str) -> dict[str, str]:
    return {
        "EBBWATCH_KAFKA_BOOTSTRAP": bootstrap,
        "EBBWATCH_KAFKA_CLIENT": client,
        "EBBWATCH_KAFKA_SESSION_TIMEOUT_S": "6",
        "EBBWATCH_DATA_DIR": str(folder),
        "EBBWATCH_TIME_ZONE": "Europe/London",
        "EBBWATCH_BASE_CURRENCY": "GBP",
        "EBBWATCH_SIMULATED_PARTITIONS": str(PARTITIONS),
    }


def _done(store: Store, last_week: int) -> bool:
    """All shards have closed the file's last week, and every week has been judged."""
    with store.read() as tx:
        ends = tx.execute(sa.select(sa.func.min(shard.c.next_to_close), sa.func.count()).select_from(shard)).one()
        unjudged = shard_week.c.judged_revision < shard_week.c.revision
        waiting = tx.scalar(sa.select(sa.func.count()).select_from(shard_week).where(unjudged))
    return tuple(ends) == (last_week + 1, PARTITIONS) and not waiting


@pytest.fixture(scope="module")
def expected(published: Published) -> dict[tuple[str, int], tuple[int, int, int, int]]:
    return _expected(published.file)


@pytest.fixture(scope="module")
def replays(
    request: pytest.FixtureRequest,
    published: Published,
    expected: dict[tuple[str, int], tuple[int, int, int, int]],
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Replay]]:
    """Both databases at once: by itself each would leave a core idle for half of the time."""
    sqlite = tmp_path_factory.mktemp("sqlite-replay") / "ebbwatch.db"
    shutil.copy(sqlite_template, sqlite)
    urls = {"sqlite": f"sqlite:///{sqlite}"}
    with contextlib.suppress(pytest.skip.Exception):
        urls["postgresql"] = request.getfixturevalue("own_postgres_url")
    last_week = max(week for _, week in expected)
    with contextlib.ExitStack() as stores, ThreadPoolExecutor() as threads:
        found = {
            name: Replay(stores.enter_context(contextlib.closing(open_store(url)))) for name, url in urls.items()
        }
        running = [
            threads.submit(_replay, replay, name, place, published, last_week, tmp_path_factory.mktemp(name))
            for place, (name, replay) in enumerate(found.items())
        ]
        for each in running:
            each.result()
        yield found


def _replay(replay: Replay, name: str, place: int, published: Published, last_week: int, folder: Path) -> None:
    port = 20000 + (2 * os.getpid() + place) % 20000
    settings = _settings(published.bootstrap, folder, READERS[name]) | {
        "EBBWATCH_KAFKA_GROUP": name,
        "EBBWATCH_DATABASE_URL": replay.store.engine.url.render_as_string(hide_password=False),
        "EBBWATCH_HTTP_PORT": str(port),
    }
    began = time.monotonic()
    with Fleet(settings, folder) as fleet:
        fleet.start("ingest", "detect", "api")
        fleet.wait_until(lambda: _done(replay.store, last_week), DONE_S, "the end of the file")
        replay.seconds = time.monotonic() - began
        replay.alerts = _all_alerts(port, folder)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_payment_is_accounted_for_to_the_penny(
    database: str,
    published: Published,
    replays: dict[str, Replay],
    expected: dict[tuple[str, int], tuple[int, int, int, int]],
    missing: Callable[[str, str], NoReturn],
    capsys: pytest.CaptureFixture[str],
) -> None:
    if database not in replays:
        missing("postgres", "no server to replay into")
    replay = replays[database]
    with replay.store.read() as tx:
        tally = tx.execute(
            sa.select(*(sa.func.sum(shard.c[n]) for n in ("accepted", "duplicates", "late", "dead_letters")))
        ).one()
        rows = tx.execute(
            sa.select(ledger.c["client_id", "week", "debit_minor", "credit_minor", "debit_count", "credit_count"])
        )
        kept = {(row[0], row[1]): tuple(row[2:]) for row in rows}
    assert tuple(map(int, tally)) == (PAYMENTS, 0, 0, 0)
    assert {key: value for key, value in kept.items() if any(value)} == {
        key: value for key, value in expected.items() if any(value)
    }
    _assert_silence_is_there(kept, expected)
    assert len(replay.alerts) == len({alert["alert_id"] for alert in replay.alerts}) > 100
    with capsys.disabled():
        print(
            f"\n{database}: published in {published.seconds:.0f} s, taken in and judged in "
            f"{replay.seconds:.0f} s; {len(kept)} client-weeks, {len(replay.alerts)} alerts, "
            f"{sum(alert['grade'] == 'alarm' for alert in replay.alerts)} of them alarms"
        )


def test_both_databases_hold_the_same(replays: dict[str, Replay]) -> None:
    if len(replays) < 2:
        pytest.skip("one database only")
    sqlite, postgresql = (digest(replay.store) for replay in replays.values())
    assert sqlite == postgresql


def _expected(file: Path) -> dict[tuple[str, int], tuple[int, int, int, int]]:
    """An independent group-by: pence and bookings by client and ISO week; what is below zero is a reversal."""
    minor = (pl.col("amount") * 100).cast(pl.Int64)
    by = pl.read_parquet(file).with_columns(minor=minor, monday=pl.col("date").dt.truncate("1w"))
    found: dict[tuple[str, int], list[int]] = {}
    grouped = by.group_by("client_id", "monday", "direction").agg(
        pl.col("minor").sum(), bookings=(pl.col("minor") >= 0).sum() - (pl.col("minor") < 0).sum()
    )
    for client_id, monday, direction, total, bookings in grouped.iter_rows():
        row = found.setdefault((client_id, week_of_date(monday)), [0, 0, 0, 0])
        at = 0 if direction == "debit" else 1
        row[at] += total
        row[at + 2] += bookings
    return {key: (row[0], row[1], row[2], row[3]) for key, row in found.items()}


def _assert_silence_is_there(
    kept: dict[tuple[str, int], tuple[int, ...]], expected: dict[tuple[str, int], tuple[int, int, int, int]]
) -> None:
    """From its first week to the file's last one every client has a row a week."""
    first: dict[str, int] = {}
    for client_id, week in expected:
        first[client_id] = min(week, first.get(client_id, week))
    last = max(week for _, week in expected)
    wanted = {(client_id, week) for client_id, start in first.items() for week in range(start, last + 1)}
    assert kept.keys() == wanted


def _all_alerts(port: int, data_dir: Path) -> list[dict[str, str]]:
    token = issue_token(LocalKey(data_dir), "auditor", "auditor", None, timedelta(hours=1), datetime.now(UTC))
    found: list[dict[str, str]] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}) as http:
        cursor = None
        while True:
            page = http.get("/api/v1/alerts", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
            page.raise_for_status()
            found += page.json()["items"]
            cursor = page.json()["next"]
            if cursor is None:
                return found
