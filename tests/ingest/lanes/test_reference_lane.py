"""Clients and rates into a database: of each key the newest word holds, and a bad record harms nothing."""

from __future__ import annotations

import json

import pytest

from ingest.kafka.records import Unreadable
from schemas.errors import LostPartition
from store.tables.clients import client
from store.tables.ledger import rate, topic_offset
from store.tables.operations import dead_letter, outbox
from store.unit_of_work import Store
from tests.ingest.decoding.event_json import WEEK
from tests.ingest.lanes.lane_bench import NOW, LaneBench, client_record, rate_record, transaction

C, R, D = client.c, rate.c, dead_letter.c


@pytest.fixture
def bench(store: Store) -> LaneBench:
    return LaneBench(store)


def test_the_newest_record_of_a_client_holds_within_a_checkpoint_and_across(bench: LaneBench) -> None:
    lane = bench.clients()
    bench.run(lane, client_record("C1", tier="A"), client_record("C2"), client_record("C1", tier="B"))
    assert bench.rows(C.client_id, C.tier, C.branch_id) == [("C1", "B", "B01"), ("C2", "C", "B01")]
    bench.run(lane, client_record("C2", branch_id="B02"))
    assert bench.rows(C.client_id, C.branch_id) == [("C1", "B01"), ("C2", "B02")]


def test_a_tombstone_takes_a_client_back_and_a_later_record_brings_it_again(bench: LaneBench) -> None:
    lane = bench.clients()
    bench.run(lane, client_record("C1"), client_record("C2"), (b"C1", None))
    assert bench.rows(C.client_id) == [("C2",)]
    bench.run(lane, (b"C2", None), client_record("C1"))
    assert bench.rows(C.client_id) == [("C1",)]
    bench.run(lane, (b"C9", None))  # nobody knew it: nothing to take back
    assert bench.rows(C.client_id) == [("C1",)]


def test_a_client_with_activity_is_marked_and_keeps_what_was_known_of_it(bench: LaneBench) -> None:
    bench.run(bench.clients(), client_record("C1", tier="A"))
    bench.run(bench.activity(), transaction("E1"))
    bench.run(bench.clients(), (b"C1", None))
    assert bench.rows(C.client_id, C.placeholder, C.name, C.shard) == [
        ("C1", True, json.loads(client_record("C1")[1])["name"], 0)
    ]
    assert bench.rows(C.tier) == [("A",)]


def test_the_newest_rate_of_a_week_holds_and_a_tombstone_takes_it_back(bench: LaneBench) -> None:
    lane = bench.rates()
    bench.run(
        lane, rate_record("USD", WEEK, "7.8"), rate_record("USD", WEEK, "7.9"), rate_record("JPY", WEEK, "0.05")
    )
    assert bench.rows(R.currency, R.week, R.rate) == [("JPY", WEEK, "0.05"), ("USD", WEEK, "7.9")]
    bench.run(lane, (rate_record("JPY", WEEK, "1")[0], None))
    assert bench.rows(R.currency, R.rate) == [("USD", "7.9")]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (b"C1", b"{", "not_json"),
        (b"C1", b'{"client_id": "C1"}', "bad_shape"),
        (b"C2", client_record("C1")[1], "bad_key"),
        (None, None, "bad_key"),
        (b"\xff", None, "bad_key"),
    ],
)
def test_a_bad_client_record_is_a_dead_letter_and_the_next_one_is_taken(
    bench: LaneBench, key: bytes | None, value: bytes | None, reason: str
) -> None:
    bench.run(bench.clients(), (key, value), client_record("C3"))
    assert bench.rows(D.topic, D.offset, D.key, D.value, D.reason) == [("corebank.clients", 0, key, value, reason)]
    assert bench.rows(outbox.c.topic) == [("ebbwatch.deadletter",)]
    assert bench.rows(C.client_id) == [("C3",)]
    assert bench.counted("ebbwatch_dead_letters_total", reason=reason) == 1


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (*rate_record("USD", WEEK, "-1"), "bad_shape"),
        (*rate_record("USD", WEEK, "0"), "bad_shape"),
        (b"EUR:2026-W02", rate_record("USD", WEEK, "1")[1], "bad_key"),
        (b"USD", None, "bad_key"),
        (*rate_record("XQQ", WEEK, "1"), "bad_currency"),
    ],
)
def test_a_bad_rate_is_a_dead_letter_and_the_next_one_is_taken(
    bench: LaneBench, key: bytes | None, value: bytes | None, reason: str
) -> None:
    bench.run(bench.rates(), (key, value), rate_record("USD", WEEK, "7.8"))
    assert bench.rows(D.topic, D.offset, D.reason) == [("corebank.rates", 0, reason)]
    assert bench.rows(R.currency, R.rate) == [("USD", "7.8")]


def test_a_record_the_client_could_not_read_is_a_dead_letter_without_bytes(bench: LaneBench) -> None:
    lane = bench.clients()
    bench.feed(lane, client_record("C1"))
    lane.take_unreadable(Unreadable("corebank.clients", 0, 1, "crc"), NOW)
    assert lane.save_checkpoint(NOW)
    assert bench.rows(D.offset, D.value, D.reason) == [(1, None, "unreadable_record")]
    assert bench.clients().next_offset == 2


def test_a_zombie_changes_nothing(bench: LaneBench) -> None:
    zombie, rival = bench.clients(), bench.clients()
    bench.feed(zombie, client_record("C1", tier="Z"), (b"C2", b"{"))
    bench.run(rival, client_record("C1", tier="A"))
    with pytest.raises(LostPartition):
        zombie.save_checkpoint(NOW)
    assert bench.rows(C.client_id, C.tier) == [("C1", "A")]
    assert bench.rows(D.offset) == bench.rows(outbox.c.outbox_id) == []
    assert bench.rows(topic_offset.c.next_offset) == [(1,)]


def test_nothing_is_kept_twice(bench: LaneBench) -> None:
    lane = bench.clients()
    bench.run(lane, client_record("C1"), (b"C2", b"{"))
    assert not lane.save_checkpoint(NOW)
    bench.run(lane, client_record("C2"))
    assert bench.rows(D.offset) == [(1,)]
