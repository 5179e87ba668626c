"""When weeks close, when they are held, and what a silent client gets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from store.ledger import shard_weeks
from tests.ingest.folding.conftest import RULES
from tests.ingest.folding.feed import NOW, Bad, Marker, Summary, Tx

W = 2900


def past(week: int, n: int = 2) -> list[Tx]:
    """Witnesses that `week` and the allowed lateness are over."""
    return [Tx(f"past-{week}-{i}", week + 1, client="WITNESS", day=3) for i in range(n)]


def test_a_marker_that_fits_closes_the_week(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("b", W), Marker(W, 2))
    assert bench.weeks() == {W: ("closed", "marker")}


def test_a_marker_that_does_not_fit_holds_the_week_with_its_reason(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 2))
    assert bench.weeks() == {W: ("held", None)}
    assert bench.hold_reason(W) == "the sender put in 2 events, 1 were received"


def test_a_held_week_takes_events_and_closes_by_itself_when_the_count_fits(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 2), Tx("b", W + 1), Tx("c", W), Tx("d", W))
    assert bench.weeks()[W] == ("closed", "marker")
    assert bench.ledger()["C1", W] == (300, 0, 3, 0)
    assert bench.tally() == (3, 0, 1, 0)  # the last one came into a closed week


def test_a_marker_before_all_events_waits_for_them(bench: Any) -> None:
    bench.run(Marker(W, 1))
    assert bench.weeks() == {W: ("held", None)}
    bench.run(Tx("a", W))
    assert bench.weeks() == {W: ("closed", "marker")}


def test_a_marker_closes_the_weeks_before_its_own(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W + 2, 0))
    assert bench.weeks() == dict.fromkeys((W, W + 1, W + 2), ("closed", "marker"))


def test_a_week_all_of_whose_events_were_refused_is_held_though_the_count_fits(bench: Any) -> None:
    bench.run(Bad("bad_amount", W, "a"), Bad("bad_amount", W, "b"), Marker(W, 2))
    assert bench.weeks() == {W: ("held", None)}
    assert bench.hold_reason(W) == "all 2 events that came were refused"
    bench.restart()
    bench.run(Tx("a", W))  # sent again, corrected
    assert bench.weeks() == {W: ("closed", "marker")}


def test_so_is_one_that_closes_by_watermark(bench: Any) -> None:
    bench.run(Bad("bad_amount", W, "a"), *past(W))
    assert bench.weeks()[W] == ("held", None)
    bench.run(Tx("a", W))
    assert bench.weeks()[W] == ("closed", "watermark")


def test_a_week_of_which_nothing_came_is_no_week_of_refusals(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 1), Marker(W + 1, 0))
    assert bench.weeks()[W + 1] == ("closed", "marker")


@pytest.mark.parametrize("closing", ["marker", "watermark"])
def test_more_than_a_share_without_a_rate_holds_a_week_until_enough_have_come_again(
    make_bench: Any, closing: str
) -> None:
    bench = make_bench(replace(RULES, no_rate_hold_share=0.2))
    lacking = [Bad("no_rate", W, f"n{i}") for i in range(3)]
    end = [Marker(W, 10)] if closing == "marker" else past(W)
    bench.run(*(Tx(f"e{i}", W) for i in range(7)), *lacking, *end)
    assert bench.weeks()[W] == ("held", None)
    assert bench.hold_reason(W) == "3 of 10 events have no exchange rate"
    bench.restart()
    bench.run(Bad("no_rate", W, "n0"), Tx("e0", W))  # too early, and a repeat
    assert bench.weeks()[W] == ("held", None)
    bench.run(Tx("n0", W))
    assert bench.weeks()[W] == ("closed", closing)
    bench.run(Tx("n1", W))
    assert bench.ledger()["C1", W] == (900, 0, 9, 0)


def test_a_small_share_without_a_rate_or_a_share_refused_for_another_reason_holds_nothing(make_bench: Any) -> None:
    bench = make_bench(replace(RULES, no_rate_hold_share=0.5))
    bench.run(Tx("a", W), Bad("no_rate", W, "b"), Marker(W, 2))
    bench.run(Tx("c", W + 1), *(Bad("bad_amount", W + 1, f"x{i}") for i in range(5)), Marker(W + 1, 6))
    assert [state for state, _ in bench.weeks().values()] == ["closed", "closed"]


def test_a_person_may_release_a_week_without_rates(bench: Any) -> None:
    bench.run(Tx("a", W), Bad("no_rate", W, "b"), Marker(W, 2))
    with bench.store.write() as tx:
        shard_weeks.release(tx, 0, W, NOW)
    bench.restart()
    bench.run(Tx("b", W))
    assert bench.weeks() == {W: ("closed", "release")}


def test_a_refused_event_that_comes_again_corrected_counts_once(bench: Any) -> None:
    bench.run(Bad("no_rate", W, "a"), Bad("no_rate", W, "a"), Tx("b", W))
    bench.restart()
    bench.run(Tx("a", W), Bad("bad_key", W, "b"), Marker(W, 2))
    assert bench.weeks() == {W: ("closed", "marker")}


def test_of_contradicting_markers_the_newest_holds(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 5), Marker(W, 1))
    assert bench.weeks() == {W: ("closed", "marker")}


def test_a_held_week_stays_held_while_the_newest_marker_does_not_fit_either(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 5), Marker(W, 3))
    assert bench.weeks() == {W: ("held", None)}
    assert bench.hold_reason(W) == "the sender put in 3 events, 1 were received"


def test_a_marker_for_the_oldest_remembered_week_still_counts_and_one_before_it_does_not(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("b", W + 1), Marker(W, 5), Marker(W + 1, 5), Marker(W + 8, 0))
    bench.run(Marker(W, 1), Marker(W + 1, 1))
    assert bench.weeks()[W] == ("held", None)
    assert bench.weeks()[W + 1] == ("closed", "marker")


def test_a_closed_week_is_not_opened_by_a_later_marker(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 1), Marker(W, 7))
    assert bench.weeks() == {W: ("closed", "marker")}


def test_dead_letters_with_a_readable_week_count_as_received_and_repeats_do_not(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("a", W), Tx("a", W, minor=7), Bad(week=W), Bad(), Bad("in_future", W), Marker(W, 3))
    assert bench.weeks() == {W: ("closed", "marker")}


def test_the_watermark_closes_a_week_when_enough_witnesses_are_past_its_lateness(bench: Any) -> None:
    bench.run(Tx("a", W), *past(W, 1), Tx("b", W))
    assert bench.weeks()[W] == ("open", None)
    bench.run(Tx("c", W + 1, client="WITNESS", day=3))
    assert bench.weeks()[W] == ("closed", "watermark")


def test_one_absurd_timestamp_moves_nothing_and_opens_one_week_only(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("absurd", W + 500), Tx("absurd", W + 500), Tx("b", W + 1))
    assert bench.weeks() == dict.fromkeys((W, W + 1, W + 500), ("open", None))


def test_a_repeat_is_no_second_witness(bench: Any) -> None:
    bench.run(Tx("a", W), *past(W, 1), *past(W, 1), *past(W, 1))
    assert bench.weeks()[W] == ("open", None)


def test_silent_clients_get_zero_rows_from_their_first_week_on(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("b", W + 2, client="C2"), Marker(W + 2, 1))
    zeros = (0, 0, 0, 0)
    assert {key: row for key, row in bench.ledger().items() if row == zeros} == {
        ("C1", W + 1): zeros,
        ("C1", W + 2): zeros,
    }


def test_before_anything_is_closed_an_earlier_event_makes_an_earlier_first_week(bench: Any) -> None:
    bench.run(Tx("a", W), Tx("b", W - 3), Marker(W, 1))
    assert sorted(bench.weeks()) == [W - 3, W - 2, W - 1, W]
    assert bench.ledger()["C1", W - 2] == (0, 0, 0, 0)


def test_an_event_older_than_the_first_closed_week_still_counts_within_the_horizon(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 1))
    bench.run(Tx("b", W - 2))
    assert {week: state for week, (state, _) in bench.weeks().items()} == dict.fromkeys((W - 2, W - 1, W), "closed")
    assert bench.ledger()["C1", W - 1] == (0, 0, 0, 0)
    assert bench.tally() == (1, 0, 1, 0)


def test_summaries_alone_close_weeks_by_the_watermark(bench: Any) -> None:
    bench.run(
        Summary("a", W),
        *(Summary(f"b{i}", W + 1, client=f"C{i}") for i in range(2)),
    )
    assert bench.weeks()[W] == ("closed", "watermark")


@pytest.mark.parametrize("count", [0, 2])
def test_a_branch_far_below_its_usual_count_holds_an_unproven_week(bench: Any, count: int) -> None:
    usual = [Tx(f"{week}-{i}", week, day=0.5) for week in range(W, W + 3) for i in range(30)]
    bench.run(*usual, *(Tx(f"few-{i}", W + 3) for i in range(count)), *past(W + 3))
    assert bench.weeks()[W + 3] == ("held", None)
    assert bench.hold_reason(W + 3) == f"branch unassigned has {count} bookings, usually 30"


def test_a_week_held_for_a_thin_branch_closes_when_it_has_filled_up_and_another_week_closes(bench: Any) -> None:
    usual = [Tx(f"{week}-{i}", week, day=0.5) for week in range(W, W + 3) for i in range(30)]
    bench.run(*usual, *past(W + 3))
    bench.run(*(Tx(f"late-{i}", W + 3) for i in range(30)))
    assert bench.weeks()[W + 3] == ("held", None)
    bench.run(*past(W + 4))
    assert bench.weeks()[W + 3] == ("closed", "watermark")


def test_a_branch_that_is_always_small_is_not_watched(bench: Any) -> None:
    usual = [Tx(f"{week}-{i}", week, day=0.5) for week in range(W, W + 3) for i in range(19)]
    bench.run(*usual, *past(W + 3))
    assert bench.weeks()[W + 3] == ("closed", "watermark")


def test_a_branchs_usual_count_is_of_eight_weeks_however_many_are_still_in_memory(bench: Any) -> None:
    counts = {W: 60, W + 1: 60} | dict.fromkeys(range(W + 2, W + 10), 19)
    bench.fold(*(Tx(f"{week}-{i}", week, day=0.5) for week, n in counts.items() for i in range(n)), *past(W + 10))
    bench.save()
    assert bench.weeks()[W + 10] == ("closed", "watermark")
