"""The order of things in one ingest process, on a Kafka and on lanes that only remember."""

from __future__ import annotations

from threading import Event

import pytest

from ingest.consumer import Pace
from ingest.kafka.records import Unreadable
from ingest.kafka.source import AssignmentListener
from tests.ingest.consumer_bench import NEVER, ConsumerBench, batch

A0, A1, CLIENTS = ("activity", 0), ("activity", 1), ("clients", 0)
ALWAYS = Pace(0, 1_000_000)


def test_a_step_polls_folds_ticks_keeps_and_only_then_tells_kafka() -> None:
    bench = ConsumerBench(ALWAYS)
    bench.assign(A0)
    assert bench.step(batch(A0, 5, 6)) == ["poll", "take", "tick", "save", "commit", "gauge"]
    assert bench.said("commit") == [({A0: 7},)]


def test_kafka_hears_nothing_of_a_checkpoint_that_failed() -> None:
    bench = ConsumerBench(ALWAYS)
    bench.assign(A0, A1)
    bench.lanes[A1].failing = RuntimeError("the database is away")
    with pytest.raises(RuntimeError, match="away"):
        bench.step(batch(A0, 0), batch(A1, 0))
    assert bench.said("save") == [(A0, 1)]
    assert bench.said("commit") == []


def test_kafka_hears_nothing_of_a_lane_that_had_nothing_to_keep() -> None:
    bench = ConsumerBench(ALWAYS)
    bench.assign(A0, A1)
    bench.step(batch(A1, 3))
    bench.step()
    assert bench.said("commit") == [({A1: 4},)]


def test_offsets_are_those_of_the_lanes() -> None:
    bench = ConsumerBench(starts={A0: 12, A1: 7})
    assert bench.assign(A0) == {A0: 12}
    assert bench.assign(A1) == {A1: 7}  # of the new one alone: the other has gone on since


def test_a_checkpoint_is_due_by_count() -> None:
    bench = ConsumerBench(Pace(3600, 3))
    bench.assign(A0)
    assert "save" not in bench.step(batch(A0, 0, 1))
    assert "save" in bench.step(batch(A0, 2))
    assert "save" not in bench.step(batch(A0, 3, 4))  # the count begins anew


def test_a_checkpoint_is_due_by_time_however_few_records() -> None:
    bench = ConsumerBench(Pace(0.05, 1_000_000))
    bench.assign(A0)
    bench.step(batch(A0, 0))
    Event().wait(0.06)
    assert "save" in bench.step()


def test_an_unreadable_record_counts_like_any_other() -> None:
    bench = ConsumerBench(Pace(3600, 1))
    bench.assign(A0)
    bench.step(Unreadable(*A0, 9, "crc"))
    assert bench.said("unreadable") == [(A0, 9)]
    assert bench.said("commit") == [({A0: 10},)]
    assert bench.gauge("ebbwatch_events_total", *A0) == 1


def test_activity_waits_until_the_client_master_is_read() -> None:
    bench = ConsumerBench()
    bench.source.lags = {CLIENTS: None}
    bench.assign(A0, CLIENTS)
    assert bench.said("pause") == [((A0,),)]
    bench.step()  # nobody knows yet how much there is
    bench.source.lags = {CLIENTS: 2}
    bench.step(batch(CLIENTS, 0))
    assert bench.said("resume") == []
    bench.source.lags = {CLIENTS: 0}
    bench.step(batch(CLIENTS, 1, 2))
    bench.step()
    assert bench.said("resume") == [((A0,),)]  # once


def test_activity_waits_no_longer_than_the_warm_up() -> None:
    bench = ConsumerBench(Pace(3600, 1_000_000, warm_up_s=0))
    bench.source.lags = {CLIENTS: None}
    bench.assign(A0, CLIENTS)
    bench.step()
    assert bench.said("resume") == [((A0,),)]


def test_activity_that_joins_later_waits_too_where_this_process_reads_the_client_master() -> None:
    bench = ConsumerBench()
    bench.source.lags = {CLIENTS: 0}
    bench.assign(A0, CLIENTS)
    bench.step()
    bench.source.lags = {CLIENTS: 4}
    bench.assign(A1)
    assert bench.said("pause")[-1] == ((A0, A1),)
    bench.source.lags = {CLIENTS: 0}
    bench.step()
    assert bench.said("resume")[-1] == ((A0, A1),)


def test_what_activity_asks_for_is_in_the_database_before_activity_comes() -> None:
    bench = ConsumerBench(NEVER)
    bench.source.lags = {CLIENTS: 0}
    bench.assign(A0, CLIENTS)
    assert bench.step(batch(CLIENTS, 0, 1)) == ["poll", "take", "tick", "tick", "save", "commit", "resume"]


def test_activity_is_let_go_where_the_client_master_went_elsewhere_meanwhile() -> None:
    bench = ConsumerBench()
    bench.source.lags = {CLIENTS: 5}
    bench.assign(A0, CLIENTS)
    bench.consumer.revoked([CLIENTS])
    bench.step()
    assert bench.said("resume") == [((A0,),)]


def test_a_process_without_the_client_master_never_waits() -> None:
    bench = ConsumerBench()
    bench.assign(A0, A1)
    bench.step()
    assert bench.said("pause") == bench.said("resume") == []


def test_clients_are_folded_before_activity_of_the_same_poll() -> None:
    bench = ConsumerBench()
    bench.assign(A0, CLIENTS)
    bench.step(batch(A0, 0), batch(CLIENTS, 0))
    assert [at for at, _ in bench.said("take")] == [CLIENTS, A0]


def test_clients_are_kept_before_the_activity_that_asks_for_their_branch() -> None:
    bench = ConsumerBench(ALWAYS)
    bench.assign(A0, CLIENTS)
    bench.step(batch(A0, 0), batch(CLIENTS, 0))
    assert [at for at, _ in bench.said("save")] == [CLIENTS, A0]


def test_a_revoked_partition_is_kept_and_then_forgotten() -> None:
    bench = ConsumerBench()
    bench.assign(A0, A1)
    bench.step(batch(A0, 0), batch(A1, 0))
    bench.consumer.revoked([A1])
    assert bench.said("save") == [(A1, 1)]
    bench.consumer.save_all()
    assert bench.said("save") == [(A1, 1), (A0, 1)]


def test_a_lost_partition_is_not_kept() -> None:
    bench = ConsumerBench()
    bench.assign(A0)
    bench.step(batch(A0, 0))
    bench.consumer.lost([A0])
    bench.consumer.save_all()
    assert bench.said("save") == []


def test_a_partition_may_be_revoked_that_was_lost_before() -> None:
    bench = ConsumerBench()
    bench.assign(A0)
    bench.consumer.lost([A0])
    bench.consumer.revoked([A0])
    assert bench.said("save") == []


def test_records_of_a_partition_that_left_are_passed_over() -> None:
    bench = ConsumerBench()
    bench.assign(A0, A1)
    bench.consumer.lost([A1])
    bench.step(batch(A0, 0), batch(A1, 0), Unreadable(*A1, 1, "crc"))
    assert bench.said("take") == [(A0, (0,))]
    assert bench.said("unreadable") == []
    assert bench.gauge("ebbwatch_events_total", *A1) is None


def test_a_partition_that_comes_back_starts_from_a_new_lane() -> None:
    bench = ConsumerBench()
    bench.assign(A0)
    first = bench.lanes[A0]
    bench.consumer.revoked([A0])
    bench.assign(A0)
    assert bench.lanes[A0] is not first


@pytest.mark.parametrize(("lag", "caught_up"), [(0, True), (1, False), (None, False)])
def test_only_a_lag_known_to_be_nothing_is_caught_up(lag: int | None, caught_up: bool) -> None:
    bench = ConsumerBench()
    bench.assign(A0)
    bench.source.lags = {A0: lag}
    bench.step()
    assert bench.said("tick") == [(A0, caught_up)]


def test_the_gauges_of_a_partition_come_with_a_checkpoint_and_leave_with_it() -> None:
    bench = ConsumerBench(ALWAYS)
    bench.assign(A0, A1)
    bench.source.lags = {A0: 3, A1: None}
    bench.step(batch(A0, 4))
    assert bench.gauge("ebbwatch_consumer_position", *A0) == 5
    assert bench.gauge("ebbwatch_consumer_lag", *A0) == 3
    assert bench.gauge("ebbwatch_consumer_lag", *A1) is None  # unknown is not zero
    bench.consumer.revoked([A0])
    assert bench.gauge("ebbwatch_consumer_position", *A0) is None
    assert bench.gauge("ebbwatch_consumer_lag", *A0) is None
    assert bench.gauge("ebbwatch_consumer_position", *A1) == 0


def test_a_run_keeps_what_it_has_when_told_to_stop_and_leaves_the_group_last() -> None:
    bench = ConsumerBench()
    stop = Event()

    def assign(listener: AssignmentListener) -> None:
        listener.assigned([A0])

    def end(_listener: AssignmentListener) -> None:
        stop.set()

    bench.source.polls = [assign, [batch(A0, 0)], end]
    bench.consumer.run(["activity", "clients"], stop)
    assert [word for word, *_ in bench.journal if word in {"save", "commit", "close"}] == [
        "save",
        "commit",
        "close",
    ]


def test_a_run_that_fails_leaves_the_group_and_keeps_nothing() -> None:
    bench = ConsumerBench()

    def fail(listener: AssignmentListener) -> None:
        listener.assigned([A0])
        raise RuntimeError("broken")

    bench.source.polls = [fail]
    with pytest.raises(RuntimeError, match="broken"):
        bench.consumer.run(["activity"], Event())
    assert bench.said("close") == [()]
    assert bench.said("save") == []
