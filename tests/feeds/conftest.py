"""A sender that keeps what it is given, and a small bank."""

from __future__ import annotations

import json
import os
import zlib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import pytest

from feeds.columns import ColumnMapping
from feeds.payments_file import PaymentsFile, open_payments
from feeds.simulated_bank import SimulatedBank
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from schemas.weeks import parse_week


class KeptMessages:
    """A Sender in memory, with any fixed placement by key."""

    def __init__(self, partitions: int = 3) -> None:
        self._partitions = partitions
        self.sent: list[tuple[str, bytes, bytes, int]] = []
        self.flushes = 0

    def send(self, topic: str, key: bytes, value: bytes, partition: int | None = None) -> None:
        self.sent.append((topic, key, value, self.partition_for(topic, key) if partition is None else partition))

    def flush(self, timeout_s: float) -> None:
        assert timeout_s > 0
        self.flushes += 1

    def partitions(self, topic: str) -> int:
        assert topic in {TOPIC_ACTIVITY, TOPIC_CLIENTS}
        return self._partitions

    def partition_for(self, topic: str, key: bytes) -> int:
        return zlib.crc32(topic.encode() + key) % self._partitions

    def activity(self) -> list[tuple[dict[str, Any], int]]:
        return [(json.loads(value), home) for topic, _, value, home in self.sent if topic == TOPIC_ACTIVITY]

    def transactions(self) -> list[dict[str, Any]]:
        return [event for event, _ in self.activity() if event["type"] == "transaction"]

    def markers(self) -> dict[tuple[str, int], int]:
        closed = [(event, home) for event, home in self.activity() if event["type"] == "week_closed"]
        return {(event["week"], home): event["expected_events"] for event, home in closed}

    def clients(self) -> list[dict[str, Any]]:
        return [json.loads(value) for topic, _, value, _ in self.sent if topic == TOPIC_CLIENTS]


def minor_sums(transactions: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """(client, direction) -> minor units of two-digit amounts, reversals taken off."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for event in transactions:
        whole, _, part = event["amount"].partition(".")
        minor = int(whole) * 100 + int(part.ljust(2, "0"))
        sums[event["client_id"], event["direction"]] += -minor if event["reversal"] else minor
    return dict(sums)


@pytest.fixture
def sender() -> KeptMessages:
    return KeptMessages()


@pytest.fixture(scope="session")
def first_week() -> int:
    return parse_week("2023-W01")


@pytest.fixture(scope="session")
def bank(first_week: int) -> SimulatedBank:
    return SimulatedBank(7, 300, first_week=first_week)


@pytest.fixture
def real_payments(missing: Callable[[str, str], NoReturn]) -> Path:
    """The file of real payments; it is not part of the project."""
    folder = os.environ.get("EBBWATCH_TEST_DATA")
    if not folder or not (Path(folder) / "transactions.parquet").is_file():
        missing("data", "EBBWATCH_TEST_DATA names no folder with transactions.parquet")
    return Path(folder) / "transactions.parquet"


@pytest.fixture
def good() -> str:
    """Two equal payments, one three weeks later, and a negative one."""
    return """client_id,date,direction,amount,currency
C1,2026-01-05,credit,10.00,GBP
C1,2026-01-05,credit,10.00,GBP
C2,2026-01-26,debit,7.5,GBP
C1,2026-01-06,credit,-3.25,GBP
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "payments.csv") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def opened(write: Callable[..., Path]) -> Callable[..., PaymentsFile]:
    """A text as a file of payments in London; further arguments are the column mapping's."""

    def opened(text: str, **mapping: Any) -> PaymentsFile:
        return open_payments(write(text), ColumnMapping(**mapping), ZoneInfo("Europe/London"))

    return opened
