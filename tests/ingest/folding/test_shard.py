"""What a shard makes of each event: the ledger, the tally and the dead letters."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.folding.closing import ClosingRules
from store.tables.clients import client
from tests.ingest.folding.feed import DAY_S, NOW, Bad, Marker, Summary, Tx

W = 2900


def test_a_client_week_adds_up_exactly(bench: Any) -> None:
    bench.run(Tx("a", W, minor=101), Tx("b", W, minor=99, direction="credit"), Tx("c", W, minor=1))
    assert bench.ledger() == {("C1", W): (102, 99, 2, 1)}


def test_a_reversal_takes_its_amount_and_its_booking_off_the_stated_direction(bench: Any) -> None:
    bench.run(Tx("a", W, minor=100), Tx("b", W, minor=30, reversal=True))
    assert bench.ledger() == {("C1", W): (70, 0, 0, 0)}


def test_a_repeat_is_dropped_across_checkpoints_and_restarts(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("a", W))
    bench.run(Tx("a", W))
    bench.restart()
    bench.run(Tx("a", W))
    assert bench.ledger() == {("C1", W): (100, 0, 1, 0)}
    assert bench.tally() == (1, 3, 0, 0)


def test_the_same_id_with_another_body_is_a_dead_letter(bench: Any) -> None:
    bench.run(Tx("a", W, minor=1), Tx("a", W, minor=2))
    assert bench.ledger() == {("C1", W): (1, 0, 1, 0)}
    assert bench.reasons() == [(1, "id_reused")]


def test_a_late_event_amends_within_the_horizon_and_is_refused_beyond_it(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W + 7, 0), Tx("b", W), Marker(W + 8, 0), Tx("c", W))
    assert bench.ledger()["C1", W] == (200, 0, 2, 0)
    assert bench.tally() == (1, 0, 1, 1)
    assert bench.reasons() == [(4, "too_late")]


@pytest.fixture
def at_the_edge(bench: Any) -> Any:
    """A shard that has closed eight weeks: W is the oldest that may still be amended."""
    bench.run(Tx("first", W, "C9"), Marker(W + 7, 0))
    return bench


def test_a_repeat_in_the_oldest_amendable_week_is_dropped_after_a_restart(at_the_edge: Any) -> None:
    at_the_edge.run(Tx("a", W))
    at_the_edge.restart()
    at_the_edge.run(Tx("a", W), Tx("first", W, "C9"))
    assert at_the_edge.ledger()["C1", W] == (100, 0, 1, 0)
    assert at_the_edge.tally() == (1, 2, 1, 0)


def test_a_stale_revision_in_the_oldest_amendable_week_is_a_duplicate_after_a_restart(at_the_edge: Any) -> None:
    at_the_edge.run(Summary("a", W, debit=70, revision=2))
    at_the_edge.restart()
    at_the_edge.run(Summary("b", W, debit=100, revision=1))
    assert at_the_edge.ledger()["C1", W] == (70, 0, 1, 0)
    assert at_the_edge.tally() == (1, 1, 1, 0)


def test_an_account_of_the_oldest_amendable_week_is_not_mixed_after_a_restart(at_the_edge: Any) -> None:
    at_the_edge.run(Tx("a", W))
    at_the_edge.restart()
    at_the_edge.run(Summary("b", W))
    assert at_the_edge.reasons() == [(3, "mixed_feed")]


def test_records_taken_less_markers_are_accounted_for(bench: Any) -> None:
    events = [Tx("a", W), Tx("a", W), Marker(W, 1), Tx("b", W), Bad(), Tx("a", W, minor=2), Summary("s", W)]
    bench.run(*events)
    assert sum(bench.tally()) == len(events) - 1


def test_an_unreadable_record_is_a_dead_letter_without_bytes(bench: Any) -> None:
    bench.fold(Tx("a", W))
    bench.shard.skip_unreadable(1, "CRC does not match", NOW)
    assert bench.shard.next_offset == 2
    bench.fold(Tx("b", W))
    bench.save()
    assert bench.reasons() == [(1, "unreadable_record")]
    assert bench.tally() == (2, 0, 0, 1)


def test_a_client_at_home_in_another_shard_is_refused(bench: Any) -> None:
    bench.run(Tx("a", W, client="ELSEWHERE"))
    with bench.store.write() as tx:
        tx.execute(client.update().values(shard=7))
    bench.restart()
    bench.run(Tx("b", W, client="ELSEWHERE"), Tx("c", W))
    assert bench.reasons() == [(1, "wrong_partition")]


def test_a_higher_revision_of_a_summary_replaces_and_a_stale_one_is_a_duplicate(bench: Any) -> None:
    bench.run(Summary("a", W, debit=100), Summary("b", W, debit=70, count=3, revision=3))
    bench.run(Summary("c", W, debit=5, revision=2), Summary("d", W, debit=6, revision=3))
    assert bench.ledger() == {("C1", W): (70, 0, 3, 0)}
    assert bench.tally() == (2, 2, 0, 0)


def test_a_summary_is_revised_after_a_restart_and_after_its_week_closed(bench: Any) -> None:
    bench.run(Summary("a", W, debit=100), Marker(W, 1))
    bench.restart()
    bench.run(Summary("b", W, debit=70, revision=2))
    assert bench.ledger() == {("C1", W): (70, 0, 1, 0)}
    assert bench.tally() == (1, 0, 1, 0)


def test_a_revision_under_another_client_takes_the_amounts_along(bench: Any) -> None:
    bench.run(Summary("a", W, account="A", debit=100), Summary("b", W, "C2", "A", debit=70, revision=2))
    assert bench.ledger() == {("C1", W): (0, 0, 0, 0), ("C2", W): (70, 0, 1, 0)}


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_the_first_kind_of_event_wins_an_accounts_week(bench: Any, together: bool, restart: bool) -> None:
    first = [Tx("a", W, account="A"), Summary("b", W, account="B")]
    second = [Summary("c", W, account="A"), Tx("d", W, account="B"), Tx("e", W + 1, account="B")]
    if together:
        bench.run(*first, *second)
    else:
        bench.run(*first)
        if restart:
            bench.restart()
        bench.run(*second)
    assert bench.reasons() == [(2, "mixed_feed"), (3, "mixed_feed")]
    assert bench.ledger()["C1", W] == (200, 0, 2, 0)


def test_a_total_that_would_leave_the_range_refuses_the_event_and_no_other(bench: Any) -> None:
    huge = 2**61
    bench.run(Tx("a", W, minor=huge), Tx("b", W, minor=huge), Tx("c", W), Tx("d", W, client="C2"))
    bench.restart()
    bench.run(Tx("e", W, minor=1), Tx("f", W, minor=5, direction="credit"))
    assert bench.ledger()["C1", W] == (2**62, 5, 2, 1)
    assert bench.reasons() == [(2, "too_big"), (4, "too_big")]


def test_counts_that_would_leave_the_range_refuse_a_summary(bench: Any) -> None:
    most = 2**30
    bench.run(Summary("a", W, account="A", count=most), Summary("b", W, account="B"), Summary("c", W, "C2"))
    assert bench.reasons() == [(1, "too_big")]
    assert bench.ledger()["C2", W] == (100, 0, 1, 0)


def test_a_late_event_of_an_unknown_client_makes_it_known_from_that_week_on(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W + 2, 0))
    bench.run(Tx("b", W, client="C2"))
    assert {key: row[0] for key, row in bench.ledger().items() if key[0] == "C2"} == {
        ("C2", W): 100, ("C2", W + 1): 0, ("C2", W + 2): 0,
    }  # fmt: skip


def test_a_shard_without_news_has_no_checkpoint(bench: Any) -> None:
    assert bench.shard.checkpoint(NOW) is None
    bench.run(Tx("a", W))
    assert bench.shard.checkpoint(NOW) is None


def test_without_corrections_a_held_week_can_still_be_completed(make_bench: Any) -> None:
    bench = make_bench(ClosingRules(allowed_lateness_s=DAY_S, witnesses=2, correction_weeks=0))
    bench.run(Tx("a", W), Marker(W, 2), Marker(W + 1, 0), Tx("b", W), Tx("c", W))
    bench.restart()
    bench.run(Tx("d", W + 1))
    assert bench.ledger()["C1", W] == (200, 0, 2, 0)
    assert bench.reasons() == [(4, "too_late"), (5, "too_late")]
