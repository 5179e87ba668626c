"""Payments replayed through topic, ledger and judge by the product itself, and its alerts read over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
import numpy.typing as npt
import polars as pl
import sqlalchemy as sa

from acts.sign_in.local_key import LocalKey, issue_token
from detector.calibration.client_quarters import QUARTER
from schemas.weeks import parse_week, week_of_date
from services.simulation.embedded_broker import EmbeddedBroker
from store.tables.ledger import shard, shard_week
from store.unit_of_work import Store, open_store

COMMAND = [sys.executable, "-m", "services.cli"]
SILENT_WEEKS = 26  # not paid for so long: the client has left
REGULAR_PAID_WEEKS = 104
POLL_S, DEADLINE_S = 1.0, 3600.0


@dataclass(frozen=True)
class Payments:
    """`turnover`: float64 (n, T), a client's weekly payments, whole units; `start`: number of the first week."""

    client_ids: list[str]
    turnover: npt.NDArray[np.float64]
    start: int

    @property
    def paid(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.turnover != 0)

    @property
    def first(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.paid.argmax(axis=1), np.int64)

    @property
    def last(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.turnover.shape[1] - 1 - self.paid[:, ::-1].argmax(axis=1), np.int64)

    @property
    def stayed(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.last >= self.turnover.shape[1] - SILENT_WEEKS)

    def fading(self) -> npt.NDArray[np.bool_]:
        """Of regular clients that left: their last two quarters had come down."""
        fades = np.zeros(len(self.client_ids), np.bool_)
        for row, last in enumerate(self.last):
            weeks = self.turnover[row, max(0, last + 1 - 2 * QUARTER - 52) : last + 1]
            if len(weeks) == 2 * QUARTER + 52:
                year = weeks[:52].mean()
                before, lately = weeks[52 : 52 + QUARTER].mean(), weeks[52 + QUARTER :].mean()
                fades[row] = lately < 0.6 * year and before < 0.85 * year
        return np.asarray(fades & ~self.stayed & (self.paid.sum(axis=1) >= REGULAR_PAID_WEEKS))


@dataclass(frozen=True)
class Told:
    """An alert as it was read: `raised` are weeks with evidence, counted from the payments' first, by grade."""

    row: int
    falls: bool
    opened: int
    raised: dict[int, str]
    is_open: bool


def weekly(rows: pl.DataFrame) -> Payments:
    """Payments in and out together by client and ISO week."""
    monday = pl.col("date").dt.truncate("1w")
    by = rows.group_by("client_id", monday.alias("monday")).agg(pl.col("amount").cast(pl.Float64).sum())
    ids = by["client_id"].unique().sort().to_list()
    place = {client_id: row for row, client_id in enumerate(ids)}
    weeks = np.array([week_of_date(day) for day in by["monday"]])
    turnover = np.zeros((len(ids), int(weeks.max() - weeks.min()) + 1))
    np.add.at(turnover, ([place[each] for each in by["client_id"]], weeks - weeks.min()), by["amount"].to_numpy())
    return Payments(ids, turnover, int(weeks.min()))


def replayed(rows: pl.DataFrame, payments: Payments, settings: dict[str, str]) -> list[Told]:
    """Every alert that the product makes of the rows, on an embedded broker and SQLite in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedBroker(0) as broker:
        file = Path(folder) / "payments.parquet"
        rows.write_parquet(file)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("EBBWATCH_")} | settings
        environment |= {
            "EBBWATCH_KAFKA_BOOTSTRAP": broker.bootstrap,
            "EBBWATCH_DATA_DIR": folder,
            "EBBWATCH_DATABASE_URL": f"sqlite:///{folder}/ebbwatch.db",
            "EBBWATCH_ALERTS_FROM": "1970-W01",  # what is old is to be told here, too
            "EBBWATCH_TIME_ZONE": "Europe/London",
            "EBBWATCH_BASE_CURRENCY": rows["currency"][0],
            "EBBWATCH_SIMULATED_PARTITIONS": "4",
            "EBBWATCH_HTTP_PORT": str(20000 + os.getpid() % 20000),
        }
        for command in (["db", "upgrade"], ["replay", str(file)]):
            subprocess.run([*COMMAND, *command], env=environment, check=True, stdout=sys.stderr)
        with _running(environment, Path(folder)) as processes:
            _wait_until_judged(environment, processes, payments.start + payments.turnover.shape[1] - 1)
            return _read_alerts(environment, Path(folder), payments)


@contextmanager
def _running(environment: dict[str, str], folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    with ExitStack() as ends:
        for name in ("ingest", "detect", "api"):
            log = ends.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen([*COMMAND, name], env=environment, stdout=log, stderr=log)
            ends.callback(process.wait)
            ends.callback(process.terminate)
            processes.append(process)
        yield processes


def _wait_until_judged(
    environment: dict[str, str], processes: Sequence[subprocess.Popen[bytes]], last_week: int
) -> None:
    store, deadline = open_store(environment["EBBWATCH_DATABASE_URL"]), time.monotonic() + DEADLINE_S
    with closing(store):
        while not _judged(store, last_week):
            if any(process.poll() is not None for process in processes) or time.monotonic() > deadline:
                raise RuntimeError(f"a process ended, or {DEADLINE_S:.0f} s were not enough")
            time.sleep(POLL_S)


def _read_alerts(environment: dict[str, str], folder: Path, payments: Payments) -> list[Told]:
    token = issue_token(LocalKey(folder), "auditor", "auditor", None, timedelta(hours=4), datetime.now(UTC))
    address = f"http://127.0.0.1:{environment['EBBWATCH_HTTP_PORT']}"
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        return [_told(http, alert, payments) for alert in _all_alerts(http)]


def _judged(store: Store, last_week: int) -> bool:
    """Every shard has closed the file's last week, and nothing waits to be judged."""
    with store.read() as tx:
        ends = tx.scalars(sa.select(shard.c.next_to_close)).all()
        unjudged = shard_week.c.judged_revision < shard_week.c.revision
        waiting = tx.scalar(sa.select(sa.func.count()).select_from(shard_week).where(unjudged))
    return len(ends) > 0 and min(ends) > last_week and not waiting


def _all_alerts(http: httpx.Client) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = http.get("/api/v1/alerts", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
        page.raise_for_status()
        yield from page.json()["items"]
        cursor = page.json()["next"]
        if cursor is None:
            return


def _told(http: httpx.Client, alert: dict[str, Any], payments: Payments) -> Told:
    found = http.get(f"/api/v1/alerts/{alert['alert_id']}")
    found.raise_for_status()
    evidence = found.json()["evidence"]
    return Told(
        row=payments.client_ids.index(alert["client_id"]),
        falls=alert["direction"] == "fall",
        opened=parse_week(alert["opened_week"]) - payments.start,
        raised={parse_week(e["week"]) - payments.start: e["grade"] for e in evidence if e["grade"]},
        is_open=alert["bucket"] is not None,
    )
