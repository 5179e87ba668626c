"""One works, the others stand by, and the next takes over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from store.operations.turns import Turn

TTL, RENEW = timedelta(seconds=60), timedelta(seconds=30)


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def turn(store, owner: str, clock: Clock, name: str = "follow-up") -> Turn:
    return Turn(store, name, owner, clock, ttl=TTL, renew_before_end=RENEW)


def test_one_works_and_the_other_stands_by_until_the_lease_runs_out(store) -> None:
    clock = Clock()
    first, second = turn(store, "one", clock), turn(store, "two", clock)
    assert first.is_mine()
    assert not second.is_mine()
    assert turn(store, "two", clock, "notify").is_mine()  # another thing is another turn
    clock.now += TTL - timedelta(seconds=1)
    assert not second.is_mine()
    clock.now += timedelta(seconds=1)
    assert second.is_mine()
    assert not first.is_mine()


def test_who_asks_before_each_step_keeps_it(store) -> None:
    clock = Clock()
    first, second = turn(store, "one", clock), turn(store, "two", clock)
    for _ in range(6):
        assert first.is_mine()
        clock.now += RENEW
        assert not second.is_mine()


def test_what_is_given_back_is_free_at_once(store) -> None:
    clock = Clock()
    first, second = turn(store, "one", clock), turn(store, "two", clock)
    assert first.is_mine()
    second.release()  # nothing of its own
    assert not second.is_mine()
    first.release()
    assert second.is_mine()
