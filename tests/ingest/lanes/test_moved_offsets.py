"""An offset that a person moves: lanes notice, also where no record comes, and what is read twice counts once."""

from __future__ import annotations

import pytest

from ingest.lanes.activity_lane import CHECK_OTHERS_S
from ingest.lanes.reference_lane import CHECK_OFFSET_S
from schemas.errors import LostPartition
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from store.ledger import event_filter, offsets
from store.tables.clients import client
from store.tables.ledger import ledger
from store.tables.operations import dead_letter, outbox
from store.unit_of_work import Store
from tests.ingest.lanes.lane_bench import NOW, LaneBench, client_record, transaction


@pytest.fixture
def bench(store: Store) -> LaneBench:
    return LaneBench(store)


def move(bench: LaneBench, topic: str, topic_id: str = "T1", to: int = 0) -> None:
    with bench.store.write() as tx:
        offsets.set_to(tx, topic, 0, topic_id, to)
        event_filter.make_room(tx, [0])


def test_a_lane_without_records_notices_that_its_offset_was_moved(bench: LaneBench) -> None:
    activity, clients = bench.activity(), bench.clients()
    bench.run(activity, transaction("E1"), transaction("E2"))
    bench.run(clients, client_record("C1"))
    for lane, topic, every_s in (
        (activity, TOPIC_ACTIVITY, CHECK_OTHERS_S),
        (clients, TOPIC_CLIENTS, CHECK_OFFSET_S),
    ):
        bench.stopwatch.now_s += every_s
        lane.tick(NOW, True)
        move(bench, topic)
        lane.tick(NOW, True)  # not yet time to look
        bench.stopwatch.now_s += every_s
        with pytest.raises(LostPartition):
            lane.tick(NOW, True)


def test_a_checkpoint_under_way_does_not_undo_a_move(bench: LaneBench) -> None:
    lane = bench.activity()
    bench.run(lane, transaction("E1"))
    bench.feed(lane, transaction("E2"))
    move(bench, TOPIC_ACTIVITY)
    with pytest.raises(LostPartition):
        lane.save_checkpoint(NOW)
    assert bench.activity().next_offset == 0


@pytest.mark.parametrize("topic_id", ["T1", "T2"])
def test_what_is_read_again_counts_once_and_is_refused_once(topic_id: str, bench: LaneBench) -> None:
    records = [transaction("E1"), (b"C1", b"{"), transaction("E2")]
    bench.run(bench.activity(), *records[:2])
    bench.run(bench.activity(), records[2])
    refused = bench.rows(dead_letter.c.offset, dead_letter.c.reason)
    assert refused == [(1, "not_json")]
    move(bench, TOPIC_ACTIVITY, topic_id)
    again = bench.activity(topic_id=topic_id)
    assert again.next_offset == 0
    for record in (*records, transaction("E3")):
        bench.run(again, record)
    assert bench.rows(ledger.c.client_id, ledger.c.debit_count) == [("C1", 3)]
    letters = 1 if topic_id == "T1" else 2  # of another log it is another record
    assert bench.rows(dead_letter.c.offset, dead_letter.c.reason) == refused * letters
    assert len(bench.rows(outbox.c.outbox_id)) == letters


def test_a_reference_topic_read_again_leaves_the_newest_word(bench: LaneBench) -> None:
    records = [client_record("C1", tier="A"), (b"C1", b"{"), client_record("C1", tier="B")]
    bench.run(bench.clients(), *records)
    move(bench, TOPIC_CLIENTS)
    bench.run(bench.clients(), *records)
    assert bench.rows(client.c.client_id, client.c.tier) == [("C1", "B")]
    assert bench.rows(dead_letter.c.offset) == [(1,)]
