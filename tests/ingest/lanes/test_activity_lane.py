"""One partition of corebank.activity into a database: exactly once, and in step with what others change there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.kafka.records import Unreadable
from ingest.lanes.rate_book import MISSING_S, RateBook
from schemas.errors import LostPartition
from store.clients.client_master import HomeTaken
from store.ledger import shard_weeks
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week, topic_offset
from store.tables.operations import dead_letter, outbox
from store.unit_of_work import Store
from tests.ingest.decoding.event_json import CALENDAR, WEEK
from tests.ingest.lanes.lane_bench import (
    NOW,
    RULES,
    LaneBench,
    client_record,
    rate_record,
    transaction,
    week_closed,
)

L, S, W = ledger.c, shard.c, shard_week.c
TALLY = (S.accepted, S.duplicates, S.late, S.dead_letters)


@pytest.fixture
def bench(store: Store) -> LaneBench:
    return LaneBench(store)


OVER = WEEK - 1  # the week before NOW


def test_what_was_kept_is_there_and_the_next_lane_goes_on_behind_it(bench: LaneBench) -> None:
    bench.run(bench.activity(), transaction("E1"), transaction("E2", direction="credit", amount="0.30"))
    assert bench.rows(L.client_id, L.week, L.debit_minor, L.credit_minor) == [("C1", WEEK, 100, 30)]
    again = bench.activity()
    assert again.next_offset == 2
    bench.run(again, transaction("E2", direction="credit", amount="0.30"), transaction("E3"))
    assert bench.rows(L.debit_minor, L.credit_minor) == [(200, 30)]
    assert bench.rows(*TALLY) == [(3, 1, 0, 0)]


def test_a_lane_with_nothing_new_keeps_nothing(bench: LaneBench) -> None:
    lane = bench.activity()
    assert not lane.save_checkpoint(NOW)
    bench.run(lane, transaction("E1"))
    assert not lane.save_checkpoint(NOW)


@pytest.mark.parametrize("rival_is_ahead", [True, False])
def test_a_zombie_keeps_nothing(bench: LaneBench, rival_is_ahead: bool) -> None:
    """Two processes believe they own the partition: the second to keep finds the offset moved."""
    zombie, rival = bench.activity(), bench.activity()
    bench.feed(zombie, transaction("Z1", amount="5.00"), (b"k", b"rubbish"))
    bench.run(rival, transaction("Z1", amount="5.00"), *([transaction("E2")] if rival_is_ahead else []))
    before = bench.rows(L.client_id, L.debit_minor), bench.rows(*TALLY), bench.rows(topic_offset.c.next_offset)
    with pytest.raises(LostPartition):
        zombie.save_checkpoint(NOW)
    after = bench.rows(L.client_id, L.debit_minor), bench.rows(*TALLY), bench.rows(topic_offset.c.next_offset)
    assert before == after
    assert bench.rows(dead_letter.c.offset) == bench.rows(outbox.c.outbox_id) == []


def test_a_zombie_of_a_lane_that_went_on_keeps_nothing(bench: LaneBench) -> None:
    bench.run(bench.activity(), transaction("E1"))
    zombie, rival = bench.activity(), bench.activity()
    bench.feed(zombie, transaction("E2"))
    bench.run(rival, transaction("E2"))
    with pytest.raises(LostPartition):
        zombie.save_checkpoint(NOW)
    assert bench.rows(L.debit_minor) == [(200,)]


def test_another_incarnation_of_the_topic_keeps_nothing(bench: LaneBench) -> None:
    bench.run(bench.activity(), transaction("E1"))
    other = bench.activity(topic_id="T2")
    bench.feed(other, transaction("E2"))
    with pytest.raises(LostPartition):
        other.save_checkpoint(NOW)
    assert bench.rows(L.debit_minor) == [(100,)]


def test_a_client_met_by_two_partitions_at_once_is_at_home_in_one(bench: LaneBench) -> None:
    first, second = bench.activity(0), bench.activity(1)
    bench.feed(second, transaction("E2"), partition=1)
    bench.run(first, transaction("E1"))
    with pytest.raises(HomeTaken):
        second.save_checkpoint(NOW)
    reopened = bench.activity(1)
    bench.run(reopened, transaction("E2"), partition=1)
    assert bench.rows(dead_letter.c.partition, dead_letter.c.reason) == [(1, "wrong_partition")]
    assert bench.rows(L.shard, L.debit_minor) == [(0, 100)]


def test_dead_letters_and_their_messages_come_in_the_same_transaction(bench: LaneBench) -> None:
    lane = bench.activity()
    bench.feed(lane, transaction("E1"), (b"C1", b"{"))
    lane.take_unreadable(Unreadable("corebank.activity", 0, 2, "crc"), NOW)
    assert lane.save_checkpoint(NOW)
    assert bench.rows(dead_letter.c.offset, dead_letter.c.reason, dead_letter.c.value) == [
        (1, "not_json", b"{"),
        (2, "unreadable_record", None),
    ]
    assert bench.rows(outbox.c.topic) == [("ebbwatch.deadletter",)] * 2
    assert bench.counted("ebbwatch_dead_letters_total", reason="not_json") == 1
    assert lane.next_offset == 3


def test_counters_tell_what_was_kept_and_nothing_else(bench: LaneBench) -> None:
    lane = bench.activity()
    bench.feed(lane, transaction("E1"), transaction("E1"))
    assert bench.counted("ebbwatch_events_accepted_total", partition=0) is None
    assert lane.save_checkpoint(NOW)
    assert bench.counted("ebbwatch_events_accepted_total", partition=0) == 1
    assert bench.counted("ebbwatch_events_duplicate_total", partition=0) == 1


def test_an_event_without_a_rate_is_taken_once_the_rate_has_come(bench: LaneBench) -> None:
    """The original bytes of its dead letter, sent again, behind the rate."""
    lane_bench = replace(bench, rate_of=RateBook(bench.store, bench.stopwatch).find)
    lane = lane_bench.activity()
    bench.run(lane, transaction("E1", OVER, currency="USD", amount="2.00"), week_closed(OVER, 1))
    assert bench.rows(dead_letter.c.reason) == [("no_rate",)]
    assert bench.rows(W.state, W.received) == [("held", 1)]  # it has come, and could not be taken in
    bench.run(bench.rates(), rate_record("USD", OVER, "7.8125"))
    bench.stopwatch.now_s += MISSING_S
    [(key, value)] = bench.rows(dead_letter.c.key, dead_letter.c.value)
    bench.run(lane, (key, value))
    assert bench.rows(L.client_id, L.week, L.debit_minor) == [("C1", OVER, 1562)]  # 15.625, half to even
    assert bench.rows(W.state, W.received, W.revision) == [("closed", 1, 1)]
    assert bench.rows(*TALLY) == [(1, 0, 0, 1)]
    bench.run(lane, (key, value))
    assert bench.rows(*TALLY) == [(1, 1, 0, 1)]


def test_a_released_week_is_adopted_and_what_comes_after_amends_it(bench: LaneBench) -> None:
    lane = bench.activity()
    bench.run(lane, transaction("E1", OVER), week_closed(OVER, 2))
    lane.update_gauges()
    assert bench.counted("ebbwatch_held_weeks", partition=0) == 1
    with bench.store.write() as tx:
        shard_weeks.release(tx, 0, OVER, NOW)
    lane.tick(NOW, True)
    lane.update_gauges()
    assert bench.counted("ebbwatch_held_weeks", partition=0) == 1  # not yet: it looks around now and then
    bench.stopwatch.now_s += 60
    lane.tick(NOW, False)
    lane.update_gauges()
    assert bench.counted("ebbwatch_held_weeks", partition=0) == 0
    bench.run(lane, transaction("E2", OVER))
    assert bench.rows(W.state, W.closed_by, W.received, W.revision) == [("closed", "release", 2, 2)]
    assert bench.rows(L.debit_minor, L.revision) == [(200, 2)]
    assert bench.rows(*TALLY) == [(1, 0, 1, 0)]


def test_a_release_that_ingest_has_not_heard_of_is_not_undone(bench: LaneBench) -> None:
    lane = bench.activity()
    bench.run(lane, transaction("E1", OVER), week_closed(OVER, 3))
    with bench.store.write() as tx:
        shard_weeks.release(tx, 0, OVER, NOW)
    bench.run(lane, transaction("E2", OVER))
    assert bench.rows(W.state, W.closed_by, W.received, W.revision) == [("closed", "release", 2, 2)]


def test_a_week_that_its_sender_has_finished_early_waits_for_its_end(bench: LaneBench) -> None:
    """Whoever is silent until Tuesday is not silent."""
    bank = [NOW]
    lane = bench.activity(bank_clock=lambda: bank[0])
    bench.run(lane, transaction("E1", OVER), transaction("E2"), week_closed(OVER, 1), week_closed(WEEK, 2))
    assert bench.rows(W.week, W.state) == [(OVER, "closed"), (WEEK, "open")]
    lane = bench.activity(bank_clock=lambda: bank[0])  # started again
    bench.run(lane, transaction("E3"))
    for bank[0], state in ((CALENDAR.end(WEEK) - timedelta(seconds=1), "open"), (CALENDAR.end(WEEK), "closed")):
        bench.stopwatch.now_s += 60
        lane.tick(NOW, True)
        lane.save_checkpoint(NOW)
        assert bench.rows(W.week, W.state) == [(OVER, "closed"), (WEEK, state)]


def test_branches_that_moved_are_heard_of(bench: LaneBench) -> None:
    """Twenty bookings a week of the client's branch; silence there in the next week holds that."""
    busy, silent = WEEK - 5, WEEK - 4
    lane = bench.activity()
    bench.run(lane, *(transaction(f"E{n}", busy) for n in range(20)))
    bench.run(bench.clients(), client_record("C1", branch_id="B07"))
    bench.stopwatch.now_s += 60
    lane.tick(NOW, False)
    bench.run(lane, *(transaction(f"F{n}", silent + 2, client_id="C2") for n in range(2)))
    assert (silent, "branch B07 has 0 bookings, usually 20") in bench.rows(W.week, W.hold_reason)


def test_an_idle_partition_closes_what_the_others_vouch_for(bench: LaneBench) -> None:
    idle, busy = bench.activity(0), bench.activity(1)
    bench.run(idle, transaction("E1", WEEK - 2))
    later = NOW + timedelta(hours=2)
    bench.feed(busy, *(transaction(f"B{n}", client_id="C9") for n in range(2)), partition=1)
    assert busy.save_checkpoint(later)
    bench.stopwatch.now_s += 60
    idle.tick(later, False)
    assert not idle.save_checkpoint(later)  # behind, not idle
    bench.stopwatch.now_s += 60
    idle.tick(later, True)
    assert idle.save_checkpoint(later)
    assert (WEEK - 2, "closed", "idle") in bench.rows(W.week, W.state, W.closed_by)


def test_an_overdue_week_shows_its_age(bench: LaneBench) -> None:
    lane = bench.activity()
    lane.update_gauges()
    assert bench.counted("ebbwatch_week_close_age_seconds", partition=0) == 0
    bench.run(lane, transaction("E1", WEEK - 2))
    lane.update_gauges()
    since_due_s = NOW.timestamp() - CALENDAR.end_s(WEEK - 2) - RULES.allowed_lateness_s
    assert since_due_s > 0
    assert bench.counted("ebbwatch_week_close_age_seconds", partition=0) == since_due_s


def test_the_client_table_gets_a_placeholder_until_the_master_tells(bench: LaneBench) -> None:
    bench.run(bench.activity(), transaction("E1"))
    assert bench.rows(client.c.client_id, client.c.placeholder, client.c.shard) == [("C1", True, 0)]
    bench.run(bench.clients(), client_record("C1"))
    assert bench.rows(client.c.client_id, client.c.placeholder, client.c.shard) == [("C1", False, 0)]
