"""The rules of closing by themselves: witnesses, thin branches, and who vouches for an idle shard."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from ingest.folding.closing import ClosingRules, Witnesses, others_complete_until_s, thin_branches
from store.ledger.shard_weeks import release
from store.ledger.shards import OtherShard, ShardNews
from tests.ingest.folding.feed import CALENDAR, NOW, Bad, Marker, Tx

W = 2900
RULES = ClosingRules(allowed_lateness_s=100, witnesses=3)
GRACE = timedelta(hours=1)
LATER = NOW + timedelta(hours=2)


def other(next_to_close: int | None, advanced_at: datetime = LATER, watermark_s: int | None = None) -> OtherShard:
    return OtherShard(1, next_to_close, watermark_s, advanced_at)


def test_the_watermark_is_the_kth_newest_time_less_the_lateness_however_the_times_come() -> None:
    times = np.random.default_rng(1).permutation(np.arange(1000, 2000))
    witnesses = Witnesses(RULES, b"")
    for part in np.split(times, [1, 2, 500]):
        witnesses.add(part)
        witnesses = Witnesses(RULES, witnesses.dump())
    assert witnesses.watermark_s == 1997 - 100


def test_with_fewer_witnesses_than_it_takes_there_is_no_watermark() -> None:
    witnesses = Witnesses(RULES, b"")
    witnesses.add(np.array([10**12, 10**12]))
    assert witnesses.watermark_s is None
    assert witnesses.missing(1000) == 1


@pytest.mark.parametrize(
    ("count", "usual", "thin"),
    [(1, [20, 20], True), (2, [20, 20], False), (0, [19, 19], False), (0, [], False), (0, [60, 0, 0], True)],
)
def test_a_branch_is_thin_below_its_share_of_a_mean_that_is_worth_watching(
    count: float, usual: list[float], thin: bool
) -> None:
    assert (thin_branches({"B1": count}, [{"B1": u} for u in usual], RULES) is not None) == thin


def test_a_week_in_which_a_branch_was_not_known_counts_as_nothing_in_its_mean() -> None:
    assert thin_branches({"B1": 0}, [{"B1": 39.0}, {}], RULES) is None
    assert thin_branches({"B1": 0}, [{"B1": 40.0}, {}], RULES) is not None


def test_every_thin_branch_is_named() -> None:
    now, before = {"B2": 0.0, "B1": 1.0, "B3": 50.0}, [{"B1": 40.0, "B2": 30.0, "B3": 50.0}]
    expected = "branch B1 has 1 bookings, usually 40; branch B2 has 0 bookings, usually 30"
    assert thin_branches(now, before, RULES) == expected


def test_the_slowest_shard_that_is_awake_vouches() -> None:
    others = [other(W + 1), other(W + 3), other(W, watermark_s=CALENDAR.end_s(W + 1))]
    assert others_complete_until_s(others, LATER, GRACE, CALENDAR) == CALENDAR.start_s(W + 1)


def test_when_every_shard_is_idle_nobody_vouches() -> None:
    assert others_complete_until_s([other(W + 9, NOW)], LATER, GRACE, CALENDAR) is None


def test_an_idle_shard_closes_as_far_as_the_others_have_come(bench: Any) -> None:
    bench.run(Tx("a", W))
    bench.shard.tick(LATER, LATER, [other(W + 2)])
    bench.save(LATER)
    assert bench.weeks() == {W: ("closed", "idle"), W + 1: ("closed", "idle")}
    assert bench.ledger()["C1", W + 1] == (0, 0, 0, 0)


def test_a_shard_that_is_not_idle_does_not_close_by_the_clock(bench: Any) -> None:
    bench.run(Tx("a", W))
    bench.shard.tick(NOW + timedelta(minutes=59), NOW + timedelta(minutes=59), [other(W + 2)])
    assert bench.shard.next_to_close == W


def test_a_shard_is_idle_from_the_end_of_the_grace_period_on(bench: Any) -> None:
    bench.run(Tx("a", W))
    bench.shard.tick(NOW + GRACE, NOW + GRACE, [other(W + 2, NOW + GRACE), other(W, NOW)])
    assert bench.shard.next_to_close == W + 2  # the other one is idle from the same moment on


def test_an_unreadable_record_is_a_sign_of_life(bench: Any) -> None:
    bench.run(Tx("a", W))
    bench.shard.skip_unreadable(1, "CRC does not match", LATER)
    bench.shard.tick(LATER, LATER, [other(W + 2)])
    assert bench.shard.next_to_close == W
    bench.shard.tick(LATER + GRACE, LATER + GRACE, [other(W + 2, LATER + GRACE)])
    assert bench.shard.next_to_close == W + 2


def test_an_idle_shard_without_a_week_has_nothing_to_close(bench: Any) -> None:
    bench.run(Bad())
    bench.shard.tick(LATER, LATER, [other(W + 2)])
    assert bench.shard.next_to_close is None


def test_a_shard_whose_only_neighbour_knows_no_week_yet_waits(bench: Any) -> None:
    bench.run(Tx("a", W))
    bench.shard.tick(LATER, LATER, [other(None)])
    assert bench.shard.next_to_close == W


def test_a_week_that_a_person_released_is_closed_in_memory_and_takes_amendments(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 5))
    with bench.store.write() as tx:
        release(tx, 0, W, NOW)
    bench.shard.apply_news(ShardNews(released=[W]))
    bench.run(Tx("b", W))
    assert bench.weeks() == {W: ("closed", "release")}
    assert bench.tally() == (1, 0, 1, 0)


def test_a_release_that_the_shard_has_not_heard_of_is_not_undone(bench: Any) -> None:
    bench.run(Tx("a", W), Marker(W, 5))
    with bench.store.write() as tx:
        release(tx, 0, W, NOW)
    bench.run(Tx("b", W))
    assert bench.weeks() == {W: ("closed", "release")}
    assert bench.ledger() == {("C1", W): (200, 0, 2, 0)}


def test_a_branch_is_watched_as_soon_as_the_master_tells_of_it(bench: Any) -> None:
    usual = [Tx(f"{c}-{week}-{i}", week, c) for week in range(W, W + 3) for c in ("C1", "C2") for i in range(30)]
    bench.run(*usual, *(Tx(f"w{i}", W + 3, "C1", day=0.5) for i in range(30)))
    bench.shard.apply_news(ShardNews(branch_of={"C1": "B1", "C2": "B2"}))
    bench.run(*(Tx(f"past-{i}", W + 4, day=3) for i in range(2)))
    assert bench.weeks()[W + 3] == ("held", None)
    assert bench.hold_reason(W + 3) == "branch B2 has 0 bookings, usually 30"
