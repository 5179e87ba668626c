"""A resumed bank: every shard gets the weeks it has not closed, and the client master as it stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeds.simulated_bank import SimulatedBank
from schemas.errors import BadSetting
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from schemas.weeks import WeekCalendar
from services.parts import Parts, open_parts
from services.settings import Settings
from services.simulation.bank import BankClock, open_bank, publish_clients
from services.simulation.senders import ResumedSender

WEEK = 2900
CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))


@dataclass
class FakeProducer:
    """Remembers (topic, key, partition); a key's partition is its length."""

    sent: list[tuple[str, bytes | None, int | None]] = field(default_factory=list)

    def send(
        self,
        topic: str,
        key: bytes | None,
        _value: bytes | None,
        partition: int | None = None,
        _ms: int | None = None,
    ) -> None:
        self.sent.append((topic, key, partition))

    def flush(self, _timeout_s: float) -> None: ...

    def partitions(self, _topic: str) -> int:
        return 4

    def partition_for(self, _topic: str, key: bytes) -> int:
        return len(key)

    def close(self) -> None: ...


def test_a_shard_gets_only_the_weeks_it_has_not_closed() -> None:
    producer = FakeProducer()
    sender = ResumedSender(producer, {0: WEEK, 1: WEEK + 2})
    for week in range(WEEK - 1, WEEK + 3):
        sender.week = week
        for partition in range(3):
            sender.send(TOPIC_ACTIVITY, b"%d" % week, b"", partition)
    assert [(int(key or b""), at) for _, key, at in producer.sent] == [
        (WEEK - 1, 2),  # a shard that has had nothing yet gets all there is
        (WEEK, 0),
        (WEEK, 2),
        (WEEK + 1, 0),
        (WEEK + 1, 2),
        (WEEK + 2, 0),
        (WEEK + 2, 1),
        (WEEK + 2, 2),
    ]


def test_a_message_without_a_partition_is_kept_back_by_its_key() -> None:
    producer = FakeProducer()
    sender = ResumedSender(producer, {1: WEEK + 1})
    sender.week = WEEK
    sender.send(TOPIC_ACTIVITY, b"x", b"")
    sender.send(TOPIC_ACTIVITY, b"xx", b"")
    sender.send(TOPIC_CLIENTS, b"x", b"")
    assert producer.sent == [(TOPIC_ACTIVITY, b"xx", 2), (TOPIC_CLIENTS, b"x", None)]


def test_the_client_master_is_what_a_compacted_topic_would_still_hold() -> None:
    bank = SimulatedBank(7, 200, 3, first_week=WEEK)
    latest = {record.client_id: record for record in bank.client_records()}
    for week in range(WEEK + 1, WEEK + 60):
        latest |= {record.client_id: record for record in bank.client_changes(week)}
    producer = FakeProducer()
    publish_clients(bank, producer, WEEK + 60)
    assert {key for _, key, _ in producer.sent} == {client_id.encode() for client_id in latest}
    assert len(latest) > len(bank.client_records())  # some have joined meanwhile


def test_a_bank_that_begins_publishes_its_clients_with_its_first_week() -> None:
    producer = FakeProducer()
    publish_clients(SimulatedBank(7, 40, 3, first_week=WEEK), producer, WEEK)
    assert producer.sent == []


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return open_parts(Settings(data_dir=tmp_path, simulated_clients=20))


def test_a_data_folder_keeps_its_bank(parts: Parts, tmp_path: Path) -> None:
    first = open_bank(parts, WEEK)
    again = open_bank(parts, WEEK + 10)
    assert (again.first_week, again.source) == (first.first_week, first.source)
    leavers = (tmp_path / "simulated-truth.jsonl").read_text().splitlines()
    assert len(leavers) == len(first.truth())


def test_a_folder_with_another_bank_is_refused(parts: Parts, tmp_path: Path) -> None:
    open_bank(parts, WEEK)
    other = open_parts(Settings(data_dir=tmp_path, simulated_clients=21))
    with pytest.raises(BadSetting, match=r"^EBBWATCH_SIMULATED_.*another EBBWATCH_DATA_DIR"):
        open_bank(other, WEEK)


def test_the_banks_time_is_that_of_its_newest_week_or_now_whichever_is_later() -> None:
    clock = BankClock(CALENDAR)
    before = datetime.now(UTC)
    assert before <= clock() <= datetime.now(UTC)
    future = CALENDAR.week_at(before) + 50
    clock.reached(future)
    clock.reached(WEEK)
    assert clock() == CALENDAR.end(future)
